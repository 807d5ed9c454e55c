"""How debtors speak Turkish."""

from .dialog_lexicon import Lexicon, glued, table, tens

_TR_UNITS = table("sifir bir iki uc dort bes alti yedi sekiz dokuz")
_TR_TENS = {"on": 10, **tens("yirmi otuz kirk elli altmis yetmis seksen doksan")}
_TR_HUNDREDS = {unit + "yuz": value * 100 for unit, value in _TR_UNITS.items() if value > 1}
LEXICON = Lexicon(
    numbers={
        **_TR_UNITS,
        **_TR_TENS,
        **glued(_TR_TENS, _TR_UNITS),
        "yuz": 100,
        "bin": 1000,
        **_TR_HUNDREDS,
    },
    joiner="",
    one="bir",
    today="bugun\\w*|simdi|hemen",
    tomorrow="yarin|yarina",
    after_tomorrow="obur gun|ertesi gun|yarindan sonra\\w*|oburgun",
    yesterday="dun",
    before_yesterday="evvelsi gun|onceki gun|evvelki gun",
    weekdays=(
        "pazartesi\\w*|pzt",
        "sali|saliya|saliyi",
        "carsamba\\w*|crs|cars",
        "persembe\\w*|prs|pers",
        "cuma|cumaya|cumayi",
        "cumartesi\\w*|cmt",
        "pazar|pazara|pazari",
    ),
    months=(
        "ocak\\w*",
        "subat\\w*",
        "mart\\w*",
        "nisan\\w*",
        "mayis\\w*",
        "haziran\\w*",
        "temmuz\\w*",
        "agustos\\w*",
        "eylul\\w*",
        "ekim\\w*",
        "kasim\\w*",
        "aralik\\w*|aralig\\w*",
    ),
    units={
        "workday": "is gunu\\w*",
        "day": "gun|gune|gunde",
        "week": "hafta|haftaya|haftada",
        "month": "ay|aya|ayda",
    },
    after="(?!)",
    next_week="gelecek(?: hafta)?|haftaya|onumuzdeki hafta|obur hafta",
    last="gecen|gectigimiz",
    end_of_month="ay sonu\\w*|ayin sonu\\w*|bu ayin sonu\\w*",
    end_of_week="hafta sonu\\w*|haftanin sonu\\w*",
    next_month="gelecek ay|onumuzdeki ay",
    ordinal=r"ayin (?P<d>\d{1,2})[a-z]{0,6}|"
    r"(?P<e>\d{1,2})(?:[iu]n?d?[ea]?|s[iu]nd[ea]|s[iu]n?[ea]?|[iu]nc[iu]\w*|[iu])",
    times=(("sabah\\w*", 9), ("oglen|ogle|oglende", 12), ("ogleden sonra", 14), ("aksam\\w*", 18)),
    at="saat|saati",
    half="yari|yarisi|yarisini|yarim",
    all="hepsi|hepsini|tamami|tamamini|tumu|tumunu|butun",
    yes="e|evet|tamam|olur|dogru|tabii?|elbette|ok|okey|kabul|kabul ediyorum|onayliyorum|"
    "peki|aynen",
    suffix=r"(?:s[iu]|[iu])n(?:d?[ea]|c[iu]\w*)",
    no="h|hayir|yok|olmaz|degil|yanlis|istemiyorum|kabul etmiyorum|hayir tesekkurler",
)

#: What is wanted -> its words; what stands first is looked for first.
INTENTS = (
    (
        "stop",
        r"(?:mesaj|sms) (?:atma|gonderme|yazma)\w*|beni arama\w*|aramayin|yazmayin|"
        r"rahatsiz etme\w*|"
        r"(?:listeden|abonelikten) cik\w*|(?:mesaj|sms|arama)\w* istemiyorum",
    ),
    (
        "wrong_person",
        r"yanlis (?:numara|kisi|kimse)|ben degilim|o kisi degilim|tanimiyorum|boyle biri yok",
    ),
    (
        "human",
        r"temsilci\w*|yetkili\w*|insan\w*|biri(?:si)?(?:yle|ile|ni)? (?:gorus|"
        r"konus)\w*|gorusmek|konusmak|"
        r"beni ara(?:yin|rmisiniz)?|operator\w*|danisman\w*|musteri hizmetleri|yardim",
    ),
    (
        "plan",
        r"taksit\w*|odeme plani\w*|parca parca|bolerek|odeyemiyorum|odeyemem|"
        r"odeyemeyecegim|param yok|"
        r"gucum yok|zorlaniyorum|yapilandir\w*|kismi odeme",
    ),
    (
        "dispute",
        r"yanlis|hatali|itiraz\w*|kabul etmiyorum|siparis (?:etmedim|vermedim)|"
        r"almadim|gelmedi|ulasmadi|bozuk|hasarli|"
        r"borcum yok|bana ait degil|iade\w*|iptal edil\w*|fazla",
    ),
    (
        "paid",
        r"odedim|odendi|odemistim|odemistik|odedik|yatirdim|yatirmistim|"
        r"havale (?:ettim|yaptim)|gonderdim|odeme(?:yi)? yaptim|"
        r"(?:eft|transfer) (?:yaptim|ettim)|odeme yapildi",
    ),
    (
        "promise",
        r"oderim|odeyecegim|odeyecegiz|odeyebilirim|yatiracagim|yatiririm|"
        r"soz veriyorum|soz|sonra ode\w*|"
        r"zaman\w* (?:lazim|ver\w*|ihtiyac\w*)|sure (?:istiyorum|ver\w*|lazim)|"
        r"ek sure|maas\w*|gonderecegim",
    ),
    ("balance", r"bakiye\w*|ne kadar|borcum|borcumuz|ekstre"),
    ("pay", r"ode\w*|kart\w*|link\w*|baglanti|iban|hesap numarasi"),
    ("balance", r"borc\w*|tutar\w*|fatura\w*"),
    ("language", r"dil|dili|ingilizce|turkce|portekizce|romence|rumence|litvanca|english"),
    ("menu", r"menu|secenek\w*|ana menu|geri|basa don\w*"),
    ("repeat", r"tekrar\w*|anlamadim|duymadim|bir daha|efendim"),
    (
        "bye",
        r"hosca ?kal\w*|gorusuruz|tesekkur\w*|sag ?ol\w*|baska (?:bir sey )?yok|"
        r"bu kadar|iyi gunler",
    ),
)
