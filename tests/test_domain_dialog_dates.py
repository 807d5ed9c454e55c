"""Days and hours as debtors say them."""

import unittest
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

dates = domain_module("dialog_dates")
words = domain_module("dialog_words")

TODAY = date(2026, 11, 25)  # a Wednesday
NOW = datetime(2026, 11, 25, 13)

COMING = {
    "en": """
        today 2026-11-25 | right away 2026-11-25 | tomorrow 2026-11-26 | tommorow 2026-11-26
        I'll pay tomorrow morning 2026-11-26 | the day after tomorrow 2026-11-27
        Friday 2026-11-27 | on FRIDAY!! 2026-11-27 | this friday 2026-11-27 | fri 2026-11-27
        Wednesday 2026-12-02 | next Friday 2026-12-04 | friday next week 2026-12-04
        monday please 2026-11-30 | next week 2026-12-04 | next month 2026-12-01
        the 15th 2026-12-15 | on the 15 2026-12-15 | 15th 2026-12-15 | 15 2026-12-15
        the 30th 2026-11-30 | by the 25th 2026-11-25 | the twenty first 2026-12-21
        fifteenth 2026-12-15 | 1st 2026-12-01 | the third of december 2026-12-03
        15.12. 2026-12-15 | 15/12 2026-12-15 | 15-12-2026 2026-12-15 | 15.12.26 2026-12-15
        2026-12-15 2026-12-15 | 15.3. 2027-03-15 | 12/15 2026-12-15 | 1512 2026-12-15
        151226 2026-12-15 | 15122026 2026-12-15 | 20261215 2026-12-15
        15 December 2026-12-15 | December 15th 2026-12-15 | Dec 15, 2026 2026-12-15
        15th of december 2026-12-15 | jan 2nd 2027-01-02 | 3 march 2027 2027-03-03
        in two weeks 2026-12-09 | in 2 weeks 2026-12-09 | within a week 2026-12-02
        in a week 2026-12-02 | in ten days 2026-12-05 | a couple of days 2026-11-27
        in a few days 2026-11-28 | in a fortnight 2026-12-09 | in one month 2026-12-25
        in 3 working days 2026-11-30 | in the next 2 weeks 2026-12-09
        end of the month 2026-11-30 | end of month 2026-11-30 | by the end of the week 2026-11-27
        can pay 50 on Friday 2026-11-27
    """,
    "tr": """
        bugün 2026-11-25 | hemen 2026-11-25 | yarın 2026-11-26 | yarin oderim 2026-11-26
        öbür gün 2026-11-27 | Cuma 2026-11-27 | cuma günü 2026-11-27 | Cumaya kadar 2026-11-27
        cumartesi 2026-11-28 | pazartesi günü ödeyeceğim 2026-11-30 | pazar 2026-11-29
        haftaya cuma 2026-12-04 | gelecek hafta salı 2026-12-01 | önümüzdeki hafta 2026-12-04
        gelecek ay 2026-12-01 | ayın 15'i 2026-12-15 | ayın 15'inde 2026-12-15
        ayın onbeşinde 2026-12-15 | 15'ine kadar 2026-12-15 | 15'inde 2026-12-15
        15 Aralık 2026-12-15 | 15 Aralık'ta 2026-12-15 | 15 aralik 2026 2026-12-15
        3 Mart 2027-03-03 | 15.12. 2026-12-15 | 15.12.2026 2026-12-15 | 15/12 2026-12-15
        iki hafta sonra 2026-12-09 | 2 hafta içinde 2026-12-09 | on gün sonra 2026-12-05
        bir ay sonra 2026-12-25 | on beş gün içinde 2026-12-10 | 3 iş günü 2026-11-30
        ay sonunda 2026-11-30 | ayın sonunda 2026-11-30 | bir hafta içinde 2026-12-02
    """,
    "pt": """
        hoje 2026-11-25 | amanhã 2026-11-26 | amanha 2026-11-26 | depois de amanhã 2026-11-27
        sexta 2026-11-27 | sexta-feira 2026-11-27 | na próxima sexta 2026-11-27
        sexta feira eu pago 2026-11-27 | segunda-feira 2026-11-30 | 6ª feira 2026-11-27
        segunda da semana que vem 2026-11-30 | sexta da próxima semana 2026-12-04
        semana que vem 2026-12-04 | na próxima semana 2026-12-04 | mês que vem 2026-12-01
        dia 15 2026-12-15 | no dia 15 2026-12-15 | até dia 30 2026-11-30 | dia primeiro 2026-12-01
        15 de dezembro 2026-12-15 | 15 dezembro 2026-12-15 | 1 de março de 2027 2027-03-01
        15.12. 2026-12-15 | 15/12 2026-12-15 | 15/12/2026 2026-12-15 | 15-12 2026-12-15
        daqui a duas semanas 2026-12-09 | em 2 semanas 2026-12-09 | em duas semanas 2026-12-09
        dentro de uma semana 2026-12-02 | daqui a 10 dias 2026-12-05 | em um mês 2026-12-25
        em dez dias úteis 2026-12-09 | fim do mês 2026-11-30 | no final do mês 2026-11-30
    """,
    "ro": """
        azi 2026-11-25 | astăzi 2026-11-25 | mâine 2026-11-26 | maine 2026-11-26
        poimâine 2026-11-27 | vineri 2026-11-27 | Vineri plătesc 2026-11-27 | luni 2026-11-30
        vinerea viitoare 2026-12-04 | vineri săptămâna viitoare 2026-12-04 | marți 2026-12-01
        săptămâna viitoare 2026-12-04 | luna viitoare 2026-12-01 | pe 15 2026-12-15
        pe data de 15 2026-12-15 | până pe 30 2026-11-30 | 15 decembrie 2026-12-15
        15 dec. 2026-12-15 | 3 martie 2027 2027-03-03 | 15.12. 2026-12-15 | pe 15.12 2026-12-15
        15/12/2026 2026-12-15 | peste două săptămâni 2026-12-09 | în 2 săptămâni 2026-12-09
        într-o săptămână 2026-12-02 | peste o săptămână 2026-12-02 | peste 10 zile 2026-12-05
        peste 20 de zile 2026-12-15 | în două luni 2027-01-25 | într-o lună 2026-12-25
        în trei zile lucrătoare 2026-11-30 | sfârșitul lunii 2026-11-30
        la sfârșitul lunii 2026-11-30 | întâi decembrie 2026-12-01
    """,
    "lt": """
        šiandien 2026-11-25 | rytoj 2026-11-26 | poryt 2026-11-27 | penktadienį 2026-11-27
        penktadieni 2026-11-27 | iki penktadienio 2026-11-27 | pn 2026-11-27
        šį penktadienį 2026-11-27 | pirmadienį 2026-11-30 | sekmadienį 2026-11-29
        kitą penktadienį 2026-12-04 | kitą savaitę 2026-12-04 | kitą mėnesį 2026-12-01
        15 d. 2026-12-15 | 15 dieną 2026-12-15 | iki 15 dienos 2026-12-15 | 15-ą 2026-12-15
        penkioliktą dieną 2026-12-15 | gruodžio 15 2026-12-15 | gruodžio 15 d. 2026-12-15
        2026 m. gruodžio 15 d. 2026-12-15 | gruodzio 15 diena 2026-12-15
        iki gruodžio penkioliktos 2026-12-15 | kovo 3 2027-03-03 | 12-15 2026-12-15
        2026-12-15 2026-12-15 | 2026.12.15 2026-12-15 | 15.12. 2026-12-15
        po dviejų savaičių 2026-12-09 | po 2 savaičių 2026-12-09 | po savaitės 2026-12-02
        per savaitę 2026-12-02 | po dešimties dienų 2026-12-05 | po 10 dienų 2026-12-05
        po 10 d. 2026-12-05 | po mėnesio 2026-12-25 | per 3 darbo dienas 2026-11-30
        mėnesio pabaigoje 2026-11-30 | iki mėnesio pabaigos 2026-11-30
        iki savaitės galo 2026-11-27
    """,
}
GONE = {
    "en": """
        today 2026-11-25 | yesterday 2026-11-24 | the day before yesterday 2026-11-23
        on Friday 2026-11-20 | last friday 2026-11-20 | two days ago 2026-11-23
        a week ago 2026-11-18 | on the 3rd 2026-11-03 | the 30th 2026-10-30
        15.3. 2026-03-15 | 26.11. 2025-11-26 | March 3rd 2026-03-03 | end of the month 2026-10-31
        end of the week 2026-11-27 | 3 working days ago 2026-11-20 | two months ago 2026-09-25
    """,
    "tr": "dün 2026-11-24 | evvelsi gün 2026-11-23 | geçen cuma 2026-11-20 | 3 gün önce 2026-11-22 "
    "| ayın 3'ünde 2026-11-03 | 3 Mart 2026-03-03",
    "pt": "ontem 2026-11-24 | anteontem 2026-11-23 | sexta passada 2026-11-20 "
    "| há dois dias 2026-11-23 | dia 3 2026-11-03 | uma semana atrás 2026-11-18",
    "ro": "ieri 2026-11-24 | alaltăieri 2026-11-23 | vinerea trecută 2026-11-20 "
    "| acum 2 zile 2026-11-23 | pe 3 2026-11-03 | acum o săptămână 2026-11-18",
    "lt": "vakar 2026-11-24 | užvakar 2026-11-23 | praėjusį penktadienį 2026-11-20 "
    "| prieš tris dienas 2026-11-22 | lapkričio 3 d. 2026-11-03 | prieš savaitę 2026-11-18",
}
NO_DAY = "banana|12.50|0|99|32.13.|soon|nežinau|bilmiyorum|não sei|2026-13-45|31 february 31"
HOURS = {
    "en": """
        tomorrow at 10 = 2026-11-26 10:00 | 3pm = 2026-11-25 15:00 | 10:30 = 2026-11-26 10:30
        at three = 2026-11-25 15:00 | tomorrow afternoon = 2026-11-26 14:00
        monday 9.30 = 2026-11-30 09:30 | friday at 3 p.m. = 2026-11-27 15:00
        1430 = 2026-11-25 14:30 | today = 2026-11-25 14:00 | tomorrow = 2026-11-26 09:00
        this evening = 2026-11-25 18:00 | 11 am = 2026-11-26 11:00 | at noon = 2026-11-26 12:00
        12 pm tomorrow = 2026-11-26 12:00 | 25:30 friday evening = 2026-11-27 18:00
    """,
    "tr": "yarın saat 15 = 2026-11-26 15:00 | yarın öğleden sonra = 2026-11-26 14:00 "
    "| cuma sabah = 2026-11-27 09:00 | saat 16:30 = 2026-11-25 16:30",
    "pt": "amanhã às 10h = 2026-11-26 10:00 | às 14h30 = 2026-11-25 14:30 "
    "| amanhã à tarde = 2026-11-26 14:00 | segunda de manhã = 2026-11-30 09:00",
    "ro": "mâine la 10 = 2026-11-26 10:00 | luni dimineața = 2026-11-30 09:00 "
    "| mâine după-amiază = 2026-11-26 14:00 | la ora 16 = 2026-11-25 16:00",
    "lt": "rytoj 10 val = 2026-11-26 10:00 | rytoj po pietų = 2026-11-26 14:00 "
    "| rytoj ryte = 2026-11-26 09:00 | 14:30 = 2026-11-25 14:30",
}


def rows(table):
    for lang, texts in table.items():
        for row in texts.replace("\n", "|").split("|"):
            if row.strip():
                text, _space, day = row.strip().rpartition(" ")
                yield lang, text, day


class DaysCase(unittest.TestCase):
    def test_days_to_come(self):
        for lang, text, day in rows(COMING):
            with self.subTest(lang=lang, text=text):
                self.assertEqual(str((dates.find(text, lang, TODAY).days or [None])[0]), day)

    def test_days_gone_by(self):
        for lang, text, day in rows(GONE):
            with self.subTest(lang=lang, text=text):
                found = dates.find(text, lang, TODAY, past=True)
                self.assertEqual(str((found.days or [None])[0]), day)

    def test_no_day(self):
        for text in NO_DAY.split("|"):
            with self.subTest(text):
                self.assertFalse(dates.find(text, "en", TODAY).days)

    def test_figures_in_the_order_of_the_country(self):
        self.assertEqual(dates.find("3/4", "en", TODAY).days, (date(2027, 4, 3), date(2027, 3, 4)))
        american = dates.find("3/4", "en", TODAY, month_first=True)
        self.assertEqual(american.days[0], date(2027, 3, 4))

    def test_what_stands_beside_the_day_is_left(self):
        self.assertEqual(dates.find("50 on friday", "en", TODAY).rest, "50 on")

    def test_the_week_ends_on_friday(self):
        saturday = date(2026, 11, 28)
        self.assertEqual(dates.find("end of the week", "en", saturday).days, (date(2026, 12, 4),))

    def test_the_29th_of_february_comes(self):
        self.assertEqual(dates.find("29.2.", "en", TODAY).days, (date(2028, 2, 29),))
        self.assertEqual(dates.find("29.2.2027", "en", TODAY).days, ())
        self.assertEqual(dates.find("30 february", "en", TODAY).days, ())

    def test_the_31st_of_a_month_that_has_one(self):
        self.assertEqual(dates.find("the 31st", "en", TODAY).days, (date(2026, 12, 31),))
        gone = dates.find("the 31st", "en", TODAY, past=True)
        self.assertEqual(gone.days, (date(2026, 10, 31),))

    @given(st.text(), st.sampled_from(words.LANGUAGES), st.booleans())
    def test_nothing_makes_it_stumble(self, text, lang, past):
        dates.find(text, lang, TODAY, past)
        dates.moment(text, lang, NOW)

    @given(st.dates(TODAY, TODAY + timedelta(days=364)), st.sampled_from(words.LANGUAGES))
    def test_a_day_written_in_figures_is_that_day(self, day, lang):
        for pattern in ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d%m%Y", "%d.%m."):
            text = day.strftime(pattern)
            self.assertEqual(dates.find(text, lang, TODAY).days[0], day, text)


class HoursCase(unittest.TestCase):
    def test_when_to_call(self):
        for lang, texts in HOURS.items():
            for row in texts.replace("\n", "|").split("|"):
                if not row.strip():
                    continue
                text, expected = row.strip().split(" = ")
                with self.subTest(lang=lang, text=text):
                    moment = dates.moment(text, lang, NOW)
                    self.assertEqual(moment and moment.strftime("%Y-%m-%d %H:%M"), expected)

    def test_no_hour(self):
        for text in ("whenever", "", "at 99"):
            self.assertIsNone(dates.moment(text, "en", NOW))

    @given(st.text(max_size=20), st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
    def test_a_call_is_never_promised_for_the_past(self, text, now):
        moment = dates.moment(text, "en", now)
        self.assertTrue(moment is None or moment > now)
