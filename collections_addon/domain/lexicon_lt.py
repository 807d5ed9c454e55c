"""How debtors speak Lithuanian."""

from .dialog_lexicon import Lexicon, table, tens

LEXICON = Lexicon(
    numbers={
        **table(
            "nulis|nulio vienas|viena|vieno|vienos du|dvi|dvieju tris|trys|triju "
            "keturi|keturias|keturios|keturiu|keturis penki|penkias|penkios|penkiu|penkis "
            "sesi|sesias|sesios|sesiu|sesis septyni|septynias|septynios|septyniu|septynis "
            "astuoni|astuonias|astuonios|astuoniu|astuonis "
            "devyni|devynias|devynios|devyniu|devynis desimt|desimties vienuolika|vienuolikos "
            "dvylika|dvylikos trylika|trylikos keturiolika|keturiolikos penkiolika|penkiolikos "
            "sesiolika|sesiolikos septyniolika|septyniolikos astuoniolika|astuoniolikos "
            "devyniolika|devyniolikos"
        ),
        **tens(
            "dvidesimt|dvidesimties trisdesimt|trisdesimties keturiasdesimt penkiasdesimt "
            "sesiasdesimt septyniasdesimt astuoniasdesimt devyniasdesimt"
        ),
        # of a day: "penkiolikta", "dvidešimt pirmą"
        **{
            stem + ending: value
            for stem, value in table(
                "pirm antr treci ketvirt penkt sest septint astunt devint desimt vienuolikt "
                "dvylikt trylikt keturiolikt penkiolikt sesiolikt septyniolikt astuoniolikt "
                "devyniolikt dvidesimt",
                1,
            ).items()
            for ending in ("a", "aja", "os", "oji", "oje")
        },
        "trisdesimta": 30,
        "trisdesimtos": 30,
        "simtas": 100,
        "simta": 100,
        "simtai": 100,
        "simtus": 100,
        "simtu": 100,
        "tukstantis": 1000,
        "tukstanti": 1000,
        "tukstanciai": 1000,
        "tukstancius": 1000,
        "tukstanciu": 1000,
    },
    joiner="",
    one="viena|vieno|vienos",
    today="siandien\\w*|dabar|tuojau|iskart",
    tomorrow="rytoj\\w*|ryt",
    after_tomorrow="poryt\\w*",
    yesterday="vakar\\w*",
    before_yesterday="uzvakar",
    weekdays=(
        "pirmadien\\w*|pirm|pr",
        "antradien\\w*|antr|an",
        "treciadien\\w*|trec|tr",
        "ketvirtadien\\w*|ketv|kt",
        "penktadien\\w*|penkt|pn",
        "sestadien\\w*|sest|st",
        "sekmadien\\w*|sekm|sk",
    ),
    months=(
        "saus(?:io|is|i)",
        "vasar(?:io|is|i)",
        "kov(?:o|as|a)",
        "baland(?:zio|is|i)",
        "geguz(?:es|e)",
        "birzel(?:io|is|i)",
        "liep(?:os|a)",
        "rugpju(?:cio|tis|ti)",
        "rugsej(?:o|is|i)",
        "spal(?:io|is|i)",
        "lapkri(?:cio|tis|ti)",
        "gruod(?:zio|is|i)",
    ),
    units={
        "workday": "darbo dien\\w+",
        "day": "dienu|dienas|(?<=po )dienos|(?<=po \\d )d|(?<=po \\d\\d )d",
        "week": "savai[tc]\\w+|sav",
        "month": "menes\\w+|men",
    },
    after="po|per|uz|pries",
    next_week="kita|kita savaite|sekancia|kitos savaites",
    last="praejus\\w+|pereit\\w+",
    end_of_month="(?:iki )?menesio (?:pabaig\\w+|gal\\w+)",
    end_of_week="(?:iki )?savaites (?:pabaig\\w+|gal\\w+)",
    next_month="kita menesi|sekanti menesi",
    ordinal=r"(?P<d>\d{1,2})(?:[ -]?(?:d|aja|oji|oje|ta|taja|tos|a|os|ai))|"
    r"(?P<e>\d{1,2}) (?:dien[aoui]\w*)",
    times=(
        ("ryte|is ryto|rytais", 9),
        ("piet\\w*|vidurdien\\w*", 12),
        ("po ?piet\\w*", 14),
        ("vakare", 18),
    ),
    at="val|valanda|nuo",
    half="puse|pusei",
    all="viska|visa|visa suma|viskas|pilnai",
    yes="t|taip|gerai|tinka|sutinku|teisingai|ok|zinoma|aisku|patvirtinu|tikrai|jo",
    no="n|ne|neteisingai|nesutinku|netinka|niekada|ne aciu|neteisinga",
)

#: What is wanted -> its words; what stands first is looked for first.
INTENTS = (
    (
        "stop",
        r"ne(?:be)?(?:skambin|rasyk|rasin|siusk|siun|trukdyk)\w*|"
        r"ne(?:be)?noriu (?:zinuci|skambuci|sms)\w*|palikit\w* (?:mane )?ramyb\w*|"
        r"atsisak\w* (?:nuo )?(?:zinuci|sms)\w*|"
        r"isbrauk\w*",
    ),
    (
        "wrong_person",
        r"ne tas (?:numeris|zmogus|asmuo)|ne ta asmen\w*|klaidingas numeris|suklydote|ne as|"
        r"as ne(?:su)? (?:jis|ji|tas|ta)|nepazistu|cia ne as|negyvena",
    ),
    (
        "human",
        r"operator\w*|(?:pa)?kalbet\w* su|zmog\w*|darbuotoj\w*|vadybinink\w*|"
        r"konsultant\w*|kolega\w*|kas nors|paskambin\w*|perskambin\w*|atstov\w*|"
        r"pagalb\w*",
    ),
    (
        "plan",
        r"dalimis|isdest\w*|issimok\w*|plan[ao]\w*|negaliu (?:sumoket\w*|moket\w*|"
        r"apmoket\w*)|neturiu (?:pinig\w*|is ko)|imokomis|imok\w*|sunkum\w*|"
        r"netekau darbo",
    ),
    (
        "dispute",
        r"netei?sing\w*|neteising\w*|klaid\w*|gincij\w*|skund\w*|nesutinku|negav\w*|"
        r"neuzsak\w*|ne mano|neskoling\w*|sugadint\w*|sugedo|sugedus\w*|"
        r"brokuot\w*|grazin(?:au|ta|tas)\w*|atsaukta\w*|per daug|pretenzij\w*",
    ),
    (
        "paid",
        r"(?:su|ap|uz)mokejau|(?:su|ap|uz)mokejom\w*|jau (?:su|ap)?mokej\w*|(?:su|"
        r"ap)?moketa|(?:ap|su)moketas|perved(?:ziau|eme|ta)|atlikau (?:mokejim|"
        r"perved)\w*|sumokejau",
    ),
    (
        "promise",
        r"(?:su|ap)?mokesi(?:u|me)|pervesi(?:u|me)|galesiu (?:su|ap)?moket\w*|"
        r"galiu (?:su)?moket\w* (?:iki|po|kita|rytoj|poryt|penktadien\w*|"
        r"pirmadien\w*)|pazad\w*|veliau|"
        r"daugiau laiko|atidet\w*|atlyginim\w*|alg[aos]\w*",
    ),
    ("balance", r"skol\w*|kiek|likut\w*|israsas"),
    ("pay", r"moke\w*|apmok\w*|sumok\w*|kortel\w*|nuorod\w*|saskaitos numer\w*|iban"),
    ("balance", r"suma|saskait\w*"),
    ("language", r"kalba|kalbos|angl\w*|turk\w*|portugal\w*|rumun\w*|lietuv\w*|english"),
    ("menu", r"meniu|pasirinkim\w*|atgal|is pradziu"),
    ("repeat", r"pakartok\w*|dar karta|nesupratau|neisgirdau|ka sakete"),
    ("bye", r"viso gero|iki|aciu|dekui|daugiau nieko|nieko|viskas|sudie"),
)
