"""What debtors write and say, in five languages, is understood."""

import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

words = domain_module("dialog_words")

YES = {
    "en": "yes|Yes.|YES!|y|yeah|yep|ok|OK, fine|sure|correct|that's right|of course|I agree|"
    "no problem|sounds fine|yes please|exactly",
    "tr": "evet|Evet.|EVET|e|tamam|Tamam, olur|olur|doğru|dogru|tabii|kabul ediyorum|peki|aynen",
    "pt": "sim|Sim!|SIM|s|claro|ok|concordo|está bem|esta bem|pode ser|com certeza|correto|isso",
    "ro": "da|Da.|DA|d|sigur|bine|de acord|sunt de acord|corect|ok|desigur|confirm|așa e",
    "lt": "taip|Taip.|TAIP|t|gerai|tinka|sutinku|teisingai|žinoma|zinoma|aišku|tikrai|ok",
}
NO = {
    "en": "no|No.|NO!|n|nope|no thanks|not really|nah|that's wrong|I don't|never|not correct",
    "tr": "hayır|hayir|HAYIR|h|yok|olmaz|istemiyorum|kabul etmiyorum|doğru değil|yanlış",
    "pt": "não|nao|NÃO|n|não, obrigado|não concordo|errado|nunca",
    "ro": "nu|Nu.|NU|n|nu, mulțumesc|nu e corect|greșit|niciodată",
    "lt": "ne|Ne.|NE|n|ne, ačiū|nesutinku|netinka|neteisingai",
}
WANTS = {
    "en": {
        "paid": "I already paid|i payed this last week|Paid yesterday by card|the money was sent "
        "on monday|I've transferred it already|payment has been made|we have paid this invoice|"
        "already paid!!|It was paid",
        "promise": "I will pay on Friday|I'll pay tomorrow|ill pay next week|going to pay on the "
        "15th|can I pay later?|I need more time|we will transfer it in two weeks|pay by friday|"
        "I promise|I get paid on the 1st, will pay then|when I get paid",
        "plan": "can I pay in installments|I can't pay all of it|cant pay|i lost my job|payment "
        "plan please|I cannot afford this|could we spread it|pay monthly?|I have no money",
        "dispute": "this is wrong|the amount is incorrect|I never received the goods|I didn't "
        "order this|it was damaged|I dispute this|the invoice has an error|not mine|you "
        "overcharged me|I sent it back, returned it|I never got the invoice|"
        "I don't owe you anything",
        "wrong_person": "wrong number|Wrong person!|you have the wrong number|I don't know him|"
        "that's not me|nobody here by that name|I'm not him",
        "human": "I want to talk to someone|operator|agent|speak to a human|call me|a real person "
        "please|can somebody call me back|representative|HELP",
        "stop": "stop texting me|don't call me|do not contact me|leave me alone|unsubscribe|"
        "remove me|please stop calling",
        "pay": "pay now|I want to pay|card|send me the link|how can I pay|bank details please",
        "balance": "how much do I owe|what's my balance|balance|how much is it|which invoice?|"
        "statement please",
        "language": "another language|speak turkish?|language",
        "menu": "menu|back|options|start over",
        "repeat": "repeat|say that again|pardon?",
        "bye": "bye|nothing else, thanks|goodbye|that's all",
    },
    "tr": {
        "paid": "ödedim|odedim|Dün ödedim|parayı gönderdim|havale yaptım|geçen hafta ödendi|"
        "ödeme yapıldı|biz bunu ödemiştik|EFT yaptım|yatırdım",
        "promise": "cuma günü öderim|yarın ödeyeceğim|haftaya odeyecegim|maaşımı alınca|"
        "söz veriyorum|biraz zaman lazım|sonra ödeyeyim|ayın 15'inde ödeyebilirim",
        "plan": "taksitle ödeyebilir miyim|taksit|ödeyemiyorum|param yok|ödeme planı istiyorum|"
        "parça parça ödeyeyim|hepsini odeyemem",
        "dispute": "fatura yanlış|bu hatalı|itiraz ediyorum|sipariş vermedim|ürün bozuk çıktı|"
        "malı almadım|borcum yok|iade ettim",
        "wrong_person": "yanlış numara|yanlış kişi|ben değilim|o kişiyi tanımıyorum",
        "human": "yetkiliyle görüşmek istiyorum|müşteri temsilcisi|biriyle konuşmak istiyorum|"
        "beni arayın|operatör|insan",
        "stop": "beni aramayın|mesaj atmayın|rahatsız etmeyin|listeden çıkarın",
        "pay": "ödemek istiyorum|kart|bağlantı gönderin|iban",
        "balance": "borcum ne kadar|bakiye|ne kadar|faturam|ekstre",
        "language": "ingilizce|başka dil",
        "menu": "menü|ana menü|geri",
        "repeat": "tekrar|anlamadım|bir daha söyler misiniz",
        "bye": "hoşça kalın|teşekkürler|başka bir şey yok|sağ olun",
    },
    "pt": {
        "paid": "já paguei|ja paguei|Paguei ontem|fiz a transferência|já foi pago|fiz o pix|"
        "transferi na segunda|pagamento efetuado|paguei por cartão",
        "promise": "vou pagar na sexta|pago amanhã|posso pagar dia 15|prometo pagar|preciso de "
        "mais tempo|pagarei na próxima semana|quando receber o salário|mais tarde",
        "plan": "posso pagar em prestações?|quero parcelar|não consigo pagar tudo|nao posso pagar|"
        "estou desempregado|plano de pagamento|não tenho dinheiro|em parcelas",
        "dispute": "a fatura está errada|valor incorreto|não recebi a mercadoria|"
        "nao encomendei isto|quero contestar|veio com defeito|não devo nada|cobrança indevida|"
        "devolvi o produto",
        "wrong_person": "número errado|numero errado|não sou eu|é engano|não conheço essa pessoa",
        "human": "quero falar com alguém|atendente|operador|falar com uma pessoa|ligue-me|"
        "preciso de ajuda",
        "stop": "não me ligue mais|pare de mandar mensagens|não me contacte|deixe-me em paz|"
        "remova o meu número",
        "pay": "quero pagar|pagar agora|cartão|mande o link|multibanco|boleto",
        "balance": "quanto devo|saldo|qual é a dívida|que faturas|extrato",
        "language": "outro idioma|inglês",
        "menu": "menu|voltar|opções",
        "repeat": "repita|não entendi|outra vez",
        "bye": "adeus|obrigado|é tudo|nada mais|tchau",
    },
    "ro": {
        "paid": "am plătit deja|am platit|Am plătit ieri|factura este achitată|am făcut plata|"
        "am trimis banii|a fost plătită|am virat suma luni|am achitat cu cardul",
        "promise": "voi plăti vineri|o să plătesc mâine|platesc pe 15|pot să plătesc săptămâna "
        "viitoare|promit|am nevoie de mai mult timp|plătesc mai târziu|când iau salariul",
        "plan": "pot plăti în rate?|vreau rate|nu pot plăti|nu pot sa platesc tot|n-am bani|"
        "plan de plată|eșalonare|sunt șomer",
        "dispute": "factura e greșită|suma este incorectă|nu am primit marfa|n-am comandat asta|"
        "contest factura|produsul e defect|nu datorez nimic|am returnat produsul|e o eroare",
        "wrong_person": "număr greșit|numar gresit|ați greșit|nu sunt eu|nu îl cunosc",
        "human": "vreau să vorbesc cu cineva|operator|un om|sunați-mă|reprezentant|un coleg",
        "stop": "nu mă mai sunați|nu mai trimiteți mesaje|lăsați-mă în pace|dezabonare",
        "pay": "vreau să plătesc acum|card|trimiteți linkul|plată|iban",
        "balance": "cât datorez|cât am de plată|sold|ce facturi|extras",
        "language": "altă limbă|engleza",
        "menu": "meniu|înapoi|opțiuni",
        "repeat": "repetați|încă o dată|nu am înțeles|poftim",
        "bye": "la revedere|mulțumesc|nimic altceva|mersi, pa",
    },
    "lt": {
        "paid": "jau sumokėjau|sumokejau|Vakar apmokėjau|pervedžiau pinigus|sąskaita apmokėta|"
        "atlikau pavedimą vakar, sumokėjau|jau moketa|apmokėjome",
        "promise": "sumokėsiu penktadienį|apmokesiu rytoj|pervesiu kitą savaitę|galėsiu sumokėti "
        "po algos|pažadu sumokėti|reikia daugiau laiko|sumokėsime vėliau|mokėsiu po savaitės",
        "plan": "ar galiu mokėti dalimis|išdėstykite dalimis|negaliu sumokėti|neturiu pinigų|"
        "mokėjimo planas|noriu išsimokėtinai|netekau darbo",
        "dispute": "sąskaita neteisinga|suma klaidinga|negavau prekių|neužsakiau|nesutinku|"
        "ginčiju|prekė sugadinta|aš neskolingas|grąžinau prekes",
        "wrong_person": "ne tas numeris|klaidingas numeris|suklydote|čia ne aš|nepažįstu tokio",
        "human": "noriu kalbėti su žmogumi|operatorius|vadybininkas|paskambinkite man|"
        "darbuotojas|konsultantas",
        "stop": "neberašykite|nebeskambinkite man|nesiųskite žinučių|palikite ramybėje",
        "pay": "noriu sumokėti|kortele|atsiųskite nuorodą|apmokėti|sąskaitos numeris",
        "balance": "kiek aš skolingas|skola|likutis|kokia suma|kokios sąskaitos",
        "language": "kita kalba|angliškai",
        "menu": "meniu|atgal",
        "repeat": "pakartokite|nesupratau|dar kartą",
        "bye": "viso gero|ačiū|daugiau nieko|dėkui",
    },
}
AMOUNTS = {
    "en": "100=100|€ 50=50|50 eur=50|$1,234.56=1234.56|1 234.56=1234.56|12.5=12.5|half=500|"
    "half of it=500|all of it=1000|everything=1000|50%=500|25 percent=250|"
    "one hundred and fifty=150|two thousand three hundred=2300|I can pay 75.50 now=75.50|"
    "fifty=50|seventy five=75|fifty and no more=50",
    "tr": "100 TL=100|1.234,56=1234.56|yarısı=500|yarısını=500|hepsi=1000|tamamını=1000|"
    "yüz elli lira=150|ikiyüz=200|bin beş yüz=1500|yirmi beş=25|yirmibeş=25|%50=500|yüzde 25=250",
    "pt": "100 euros=100|1.234,56=1234.56|metade=500|tudo=1000|a totalidade=1000|"
    "cento e vinte=120|duzentos e cinquenta=250|mil e quinhentos=1500|50 por cento=500",
    "ro": "100 lei=100|1.234,56=1234.56|jumătate=500|tot=1000|toată suma=1000|"
    "o sută cincizeci=150|două sute=200|o mie=1000|două mii trei sute=2300|50 la sută=500",
    "lt": "100 eurų=100|1 234,56=1234.56|pusę=500|viską=1000|visą sumą=1000|"
    "šimtą penkiasdešimt=150|du šimtus=200|tūkstantį=1000|50 procentų=500",
}
NO_AMOUNT = {
    "en": "dunno|maybe|next week",
    "tr": "bilmiyorum",
    "pt": "não sei",
    "ro": "nu știu",
    "lt": "nežinau",
}


def rows(table):
    for lang, texts in table.items():
        for text in texts.split("|"):
            yield lang, text


class UnderstandingCase(unittest.TestCase):
    def test_yes(self):
        for lang, text in rows(YES):
            with self.subTest(lang=lang, text=text):
                self.assertIs(words.yes_or_no(text, lang), True)

    def test_no(self):
        for lang, text in rows(NO):
            with self.subTest(lang=lang, text=text):
                self.assertIs(words.yes_or_no(text, lang), False)

    def test_neither(self):
        for text in ("", "banana", "42", "…"):
            self.assertIsNone(words.yes_or_no(text, "lt"))

    def test_english_is_understood_by_everybody(self):
        for lang in words.LANGUAGES:
            self.assertIs(words.yes_or_no("yes please", lang), True)
        self.assertEqual(words.intent("payment plan", "lt"), "plan")

    def test_what_is_wanted(self):
        for lang, table in WANTS.items():
            for wanted, texts in table.items():
                for text in texts.split("|"):
                    with self.subTest(lang=lang, text=text):
                        self.assertEqual(words.intent(text, lang), wanted)

    def test_not_paid_is_not_paid(self):
        for lang, text in rows(
            {
                "en": "I have not paid|I haven't paid|it will be paid on friday|unpaid",
                "tr": "ödemedim|ödenmedi",
                "pt": "não paguei|ainda não paguei",
                "ro": "nu am plătit",
                "lt": "nesumokėjau|dar neapmokėjau",
            }
        ):
            with self.subTest(lang=lang, text=text):
                self.assertNotEqual(words.intent(text, lang), "paid")

    def test_stop_words_of_any_language(self):
        for text in (
            "STOP|stop.|Stop!|UNSUBSCRIBE|stopall|DUR|iptal|çık|PARAR|sair|oprește|OPRIRE|"
            "dezabonare|stabdyti|ATSISAKAU| stop "
        ).split("|"):
            with self.subTest(text):
                self.assertTrue(words.is_stop_word(text))
        for text in ("", "don't stop", "please", "stop at the bank", "start"):
            self.assertFalse(words.is_stop_word(text))

    def test_start_words(self):
        for text in ("START", "unstop", "başla", "começar", "începe", "pradėti"):
            self.assertTrue(words.is_start_word(text))
        self.assertFalse(words.is_start_word("stop"))

    def test_how_it_was_paid(self):
        for how, texts in {
            "transfer": "bank transfer|havale|transferência|virament bancar|pavedimu|by wire",
            "card": "by card|kredi kartı|cartão|cu cardul|kortele",
            "cheque": "cheque|check|çek|cec|čekiu",
            "cash": "cash|nakit|dinheiro|numerar|grynaisiais",
        }.items():
            for text in texts.split("|"):
                with self.subTest(text):
                    self.assertEqual(words.paid_how(text), how)
        self.assertIsNone(words.paid_how("yesterday"))

    def test_languages_by_their_names(self):
        for code, texts in {
            "en": "English|ingilizce|inglês|engleză|angliškai|en",
            "tr": "Türkçe|turkish|turcă|turkiškai",
            "pt": "Português|portuguese|portekizce",
            "ro": "română|Romanian|rumence",
            "lt": "lietuviškai|Lithuanian|Lietuvių|litvanca",
        }.items():
            for text in texts.split("|"):
                with self.subTest(text):
                    self.assertEqual(words.named_language(text, words.LANGUAGES), code)
        self.assertIsNone(words.named_language("English", ("lt",)))
        self.assertIsNone(words.named_language("Klingon", words.LANGUAGES))

    def test_codes_of_languages(self):
        self.assertEqual(words.language_of("pt_BR"), "pt")
        self.assertEqual(words.language_of("de_DE"), "en")
        self.assertEqual(words.language_of(None), "en")


class NumbersCase(unittest.TestCase):
    def test_amounts(self):
        for lang, text in rows(AMOUNTS):
            said, expected = text.rsplit("=", 1)
            with self.subTest(lang=lang, text=said):
                self.assertEqual(words.amount(said, lang, Decimal(1000)), Decimal(expected))

    def test_no_amount(self):
        for lang, text in rows(NO_AMOUNT):
            with self.subTest(lang=lang, text=text):
                self.assertIsNone(words.amount(text, lang, Decimal(1000)))

    def test_digits_as_they_are_spoken(self):
        for lang, text, expected in (
            ("en", "one two three four", "1234"),
            ("en", "twelve thirty four", "1234"),
            ("en", "it is 12-34", "1234"),
            ("en", "zero zero one seven", "0017"),
            ("tr", "bir iki üç dört", "1234"),
            ("pt", "um dois três quatro", "1234"),
            ("ro", "unu doi trei patru", "1234"),
            ("lt", "vienas du trys keturi", "1234"),
            ("en", "no idea", ""),
        ):
            with self.subTest(text):
                self.assertEqual(words.digits(text, lang), expected)

    @given(st.decimals(0, 10**8, places=2), st.sampled_from(["1,234.56", "1.234,56", "1 234,56"]))
    def test_a_figure_survives_the_way_it_is_written(self, value, style):
        text = f"{value:,.2f}"
        group, point = style[1], style[5]
        text = text.replace(",", "_").replace(".", point).replace("_", group)
        self.assertEqual(words.number(text), value)

    @given(st.text(), st.sampled_from(words.LANGUAGES))
    def test_nothing_makes_it_stumble(self, text, lang):
        words.intent(text, lang)
        words.yes_or_no(text, lang)
        words.digits(text, lang)
        amount = words.amount(text, lang, Decimal(1000))
        self.assertTrue(amount is None or amount >= 0)
        self.assertEqual(words.fold(words.fold(text)), words.fold(text))
