"""How debtors speak Romanian."""

from .dialog_lexicon import Lexicon, table, tens

LEXICON = Lexicon(
    numbers={
        **table(
            "zero unu|una doi|doua trei patru cinci sase sapte opt noua zece "
            "unsprezece|unspe doisprezece|douasprezece|doispe treisprezece|treispe "
            "paisprezece|patrusprezece|paispe cincisprezece|cinspe saisprezece|saispe "
            "saptesprezece|saptespe optsprezece|optispe nouasprezece|nouaspe"
        ),
        **tens("douazeci treizeci patruzeci cincizeci saizeci saptezeci optzeci nouazeci"),
        "suta": 100,
        "sute": 100,
        "mie": 1000,
        "mii": 1000,
    },
    joiner="si",
    one="o|un|intr[ -]o|intr[ -]un",
    today="azi|astazi|acum|imediat",
    tomorrow="maine",
    after_tomorrow="poimaine",
    yesterday="ieri",
    before_yesterday="alaltaieri",
    weekdays=(
        "luni|lunea",
        "marti|martea",
        "miercuri|miercurea",
        "joi|joia",
        "vineri|vinerea",
        "sambata",
        "duminica",
    ),
    months=(
        "ian|ianuarie",
        "feb|februarie",
        "mar|martie",
        "apr|aprilie",
        "mai",
        "iun|iunie",
        "iul|iulie",
        "aug|august",
        "sept?|septembrie",
        "oct|octombrie",
        "noi|noiembrie",
        "dec|decembrie",
    ),
    units={
        "workday": "zile? lucratoa?r[ea]",
        "day": "zi|zile",
        "week": "saptamana|saptamani",
        "month": "luna|luni",
    },
    after="peste o|in|dupa",
    next_week="viitoare|saptamana viitoare|urmatoare",
    last="trecut[a]?",
    end_of_month="(?:sfarsitul|finalul|sfarsit de|final de) (?:lunii|luna)(?: acesteia)?",
    end_of_week="(?:sfarsitul|finalul|sfarsit de) (?:saptamanii|saptamana)",
    next_month="luna viitoare|luna urmatoare",
    ordinal=r"(?:pe(?: data de)?|la|in|data de|pana pe|pana la) (?P<d>\d{1,2})|"
    r"(?P<f>intai)(?: ale lunii)?|(?P<e>\d{1,2}) ale lunii",
    times=(
        ("dimineat\\w*", 9),
        ("pranz\\w*|amiaza", 12),
        ("dupa[ -]amiaza|dupa[ -]masa", 14),
        ("seara", 18),
    ),
    at="la ora|ora|la|dupa ora",
    half="jumatate|jumate",
    all="tot|toata|totul|toti|integral|intreaga suma",
    yes="d|da|sigur|corect|bine|ok|de acord|sunt de acord|exact|desigur|confirm|accept|asa e",
    no="n|nu|gresit|niciodata|nu multumesc|incorect|nicidecum",
)

#: What is wanted -> its words; what stands first is looked for first.
INTENTS = (
    (
        "stop",
        r"nu (?:ma|mi|imi) (?:mai )?(?:sun\w*|contact\w*|scri\w*|trimit\w*|deranj\w*)|"
        r"nu mai (?:suna\w*|scri\w*|trimit\w*|contact\w*)|"
        r"lasati[ -]?ma in pace|scoateti[ -]?ma|nu (?:mai )?(?:doresc|"
        r"vreau) (?:mesaje|apeluri|sms)|dezabon\w*",
    ),
    (
        "wrong_person",
        r"numar gresit|persoana gresita|ati gresit|nu sunt eu|nu (?:il |o |"
        r"ii )?cunosc|nu locuieste",
    ),
    (
        "human",
        r"operator\w*|vorb\w* cu|o persoana|un om|cineva|coleg\w*|reprezentant\w*|"
        r"sunati[ -]?ma|sa ma suna\w*|agent|ajutor|consultant",
    ),
    (
        "plan",
        r"rate|rata|esalon\w*|plan|nu (?:pot|am cum|avem cum|"
        r"imi permit)(?: sa)? (?:plati|platesc|sa platesc|achit|sa achit)?|"
        r"nu am bani|n[ -]?am bani|in transe|transe|dificultat\w*|somer\w*",
    ),
    (
        "paid",
        r"(?<!nu )(?:am|a fost|e|este|deja|fost) (?:deja )?(?:platit|achitat)a?|"
        r"am (?:facut|trimis|efectuat) (?:plata|transferul|banii)|am virat|"
        r"am transferat|plata (?:facuta|efectuata|a fost)|am depus",
    ),
    (
        "dispute",
        r"gresit\w*|incorect\w*|contest\w*|disput\w*|reclam\w*|nu (?:am primit|"
        r"am comandat|sunt de acord|recunosc|datorez|e a mea|este a mea)|"
        r"n[ -]?am (?:primit|comandat)|defect\w*|deteriorat\w*|stricat\w*|eroare|"
        r"greseala|retur\w*|anulat\w*|prea mult",
    ),
    (
        "promise",
        r"(?:o sa|voi|vreau sa|pot sa|am sa|vom) (?:plati|platesc|achit|achita|platim|"
        r"virez|transfer|trimit)(?! acum| cu card| online)|"
        r"platesc (?:pe|in|la|maine|vineri|luni|marti|miercuri|joi|sambata|peste|"
        r"pana|dupa|saptamana|poimaine)|promit|mai tarziu|mai mult timp|amanare|"
        r"termen|salariu\w*",
    ),
    ("balance", r"sold\w*|cat|datori\w*|datorez|extras"),
    ("pay", r"plat\w*|achit\w*|card\w*|link\w*|iban"),
    ("balance", r"suma|factur\w*"),
    ("language", r"limba|engleza|turca|portugheza|romana|lituaniana|english"),
    ("menu", r"meniu\w*|optiuni|inapoi|de la inceput"),
    (
        "repeat",
        r"repet\w*|inca o data|din nou|n[ -]?am (?:inteles|auzit)|nu am (?:inteles|auzit)|poftim",
    ),
    ("bye", r"la revedere|pa|multumesc|mersi|nimic altceva|nimic|atat|asta e tot"),
)
