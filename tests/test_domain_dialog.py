"""The branches of the conversation, one by one: what is asked, said and done."""

import unittest
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from .domain_loader import domain_module

dialog = domain_module("dialog")
types = domain_module("dialog_types")
turns = domain_module("dialog_turns")
identity = domain_module("dialog_ask_identity")
lines = domain_module("dialog_lines")

TODAY = date(2026, 11, 25)  # a Wednesday
FIRST = types.Invoice("1", "INV/2026/0001", Decimal(100), date(2026, 11, 1))
SECOND = types.Invoice("2", "INV/2026/0002", Decimal(250), date(2026, 11, 10))
EUR = types.Balance("EUR", Decimal(350), Decimal(350), Decimal(350), Decimal(35), (FIRST, SECOND))
USD = types.Balance(
    "USD", Decimal(80), Decimal(0), Decimal(80), Decimal(8), (FIRST._replace(key="3", number="X9"),)
)
REASONS = (("price", "Wrong price"), ("quality", "Goods damaged"), ("other", "Something else"))


def offer(key, currency="EUR", count=3, cost=0):
    last = TODAY + timedelta(days=90)
    total = Decimal(350 + cost)
    return types.Offer(key, currency, count, Decimal(117), TODAY, last, total, Decimal(cost))


FACTS = types.Facts(
    today=TODAY,
    now=datetime(2026, 11, 25, 13),
    company="Firm",
    channel="sms",
    languages=("en", "lt"),
    balances=(EUR,),
    ways=("sms", "email"),
    pay_url="https://pay.example/x",
    last_day=date(2026, 12, 25),
    offers=(offer("a"), offer("b", count=6, cost=12)),
    reasons=REASONS,
)


class DialogCase(unittest.TestCase):
    def talk(self, *heard, facts=FACTS, turn=None, **changes):
        """The last turn of a conversation; `keys` and `effects` collect all of it."""
        facts = facts._replace(**changes)
        self.turn = turn or dialog.start(facts)
        self.effects = list(self.turn.effects)
        for one in heard:
            one = types.Heard("text", one) if isinstance(one, str) else types.Heard(*one)
            self.turn = dialog.hear(self.turn.state, one, facts)
            self.effects += self.turn.effects
        return self.turn

    @property
    def said(self):
        return [say.key for say in self.turn.says]

    @property
    def done(self):
        return [effect.kind for effect in self.effects]

    def values(self, kind):
        return next(effect.values for effect in self.effects if effect.kind == kind)


class IdentityCase(DialogCase):
    def ask(self, *heard, **changes):
        return self.talk(*heard, **{"identify": "customer_number", "answer": "1234", **changes})

    def test_nothing_is_asked_where_the_policy_wants_nothing(self):
        self.talk()
        self.assertEqual(self.said, ["greeting", "balance", "oldest", "menu"])

    def test_last_digits_of_the_customer_number(self):
        for answer in ("1234", "it's 1234", "C-0001234", "one two three four", "1 2 3 4"):
            self.ask(answer)
            self.assertTrue(self.turn.state.identified, answer)
        self.ask(("digits", "1234"))
        self.assertEqual(self.done, ["identified"])

    def test_a_wrong_number_is_counted(self):
        self.ask("9999")
        self.assertEqual(self.said, ["identify_wrong", "identify_number"])
        self.assertEqual(self.done, ["not_identified"])
        self.ask("1", "2", "3")
        self.assertTrue(self.turn.ended)
        self.assertEqual(self.said, ["identify_failed", "person_later"])

    def test_many_numbers_at_once_are_one_guess(self):
        self.ask("1234 5678 9012")
        self.assertFalse(self.turn.state.identified)

    def test_postcodes(self):
        for wanted, answers in {
            "SW1A 1AA": ("SW1A1AA", "sw1a 1aa", "my postcode is SW1A 1AA"),
            "LT-01234": ("LT-01234", "01234", "lt 01234", "zero one two three four"),
            "1012 AB": ("1012ab", "1012 AB", "1012"),
        }.items():
            for answer in answers:
                self.ask(answer, identify="postcode", answer=wanted)
                self.assertTrue(self.turn.state.identified, (wanted, answer))
        for answer in ("SW1A 1AB", "11", "00000 01234 99999", "5"):
            self.ask(answer, identify="postcode", answer="LT-01234")
            self.assertFalse(self.turn.state.identified, answer)

    def test_who_has_no_answer_on_file_gets_a_person(self):
        self.ask(answer="")
        self.assertEqual((self.turn.ended, self.done), (True, ["human"]))
        state = types.State(step="identify")
        gone = FACTS._replace(identify="customer_number", answer="")
        self.assertFalse(identity.is_answer("1234", "en", gone))
        turn = dialog.hear(state, types.Heard("text", "1234"), gone)
        self.assertFalse(turn.state.identified)

    def test_strangers_and_guessers_get_a_person(self):
        self.ask(known=False)
        self.assertEqual(self.said, ["greeting", "unknown", "person_later"])
        self.ask(locked=True)
        self.assertEqual(self.said, ["greeting", "identify_failed", "person_later"])

    def test_by_link_only(self):
        self.talk(identify="link")
        self.assertEqual(self.said, ["greeting", "identify_link"])
        self.assertEqual(self.values("pay_link"), {"by": "sms"})
        self.talk("0", identify="link")
        self.assertEqual(self.said, ["callback_when"])
        self.talk("5", "banana", identify="link")
        self.assertEqual(self.said, ["not_understood", "identify_link"])
        self.talk(identify="link", ways=("here",))
        self.assertTrue(self.turn.ended)
        self.talk(identify="link", identified=True)
        self.assertIn("balance", self.said)

    def test_what_anybody_may_say_before(self):
        self.ask("wrong number", "no")
        self.assertEqual(self.said, ["identify_number"])
        self.ask("please call me tomorrow at 10")
        self.assertEqual(self.values("callback"), {"at": "2026-11-26T10:00"})
        self.ask("0")
        self.assertEqual(self.said, ["callback_when"])
        self.ask("Lithuanian please")
        self.assertEqual(self.said, ["language_done", "identify_number"])
        self.ask("how much do I owe")
        self.assertEqual(self.said, ["not_understood", "identify_number"])

    def test_what_is_for_anybody(self):
        self.assertTrue(dialog.is_for_anybody("wrong number", FACTS))
        self.assertTrue(dialog.is_for_anybody("lietuviškai", FACTS))
        self.assertTrue(dialog.is_for_anybody("ret", FACTS))
        self.assertFalse(dialog.is_for_anybody("I pay on friday", FACTS))


class MoneyCase(DialogCase):
    def test_balance_by_currency(self):
        self.talk("balance", balances=(EUR, USD))
        self.assertEqual(self.said, ["balance", "oldest", "balance_not_due", "oldest", "menu"])
        self.talk(balances=(EUR._replace(invoices=()),))
        self.assertEqual(self.said, ["greeting", "balance", "menu"])

    def test_nothing_open(self):
        for wish in ("pay", "I have paid", "I promise", "installments", "this is wrong"):
            self.talk(wish, balances=())
            self.assertEqual(self.said, ["nothing_open", "menu"], wish)

    def test_pay(self):
        self.talk("1", "2")
        self.assertEqual(self.said, ["pay_sent_email", "more"])
        self.assertEqual(self.values("pay_link"), {"by": "email"})
        self.talk("pay", "by e-mail")
        self.assertEqual(self.values("pay_link"), {"by": "email"})
        self.talk("pay", "SMS")
        self.assertEqual(self.values("pay_link"), {"by": "sms"})
        self.talk("pay", "by pigeon")
        self.assertEqual(self.said, ["not_understood", "pay_by"])
        self.talk("pay now", ways=("here",))
        self.assertEqual(self.turn.says[0], types.Say("pay_here", {"url": FACTS.pay_url}))
        self.talk("pay now", ways=())
        self.assertTrue(self.turn.ended)

    def test_paid(self):
        self.talk("2", "2", "1")
        self.assertEqual(self.values("paid"), {"date": "2026-11-24", "how": "transfer"})
        self.talk("2", "1", "card")
        self.assertEqual(self.values("paid"), {"date": "2026-11-25", "how": "card"})
        self.talk("I paid last friday by bank transfer")
        self.assertEqual(self.values("paid"), {"date": "2026-11-20", "how": "transfer"})
        self.talk("paid in cash", "on the 3rd")
        self.assertEqual(self.values("paid"), {"date": "2026-11-03", "how": "cash"})
        self.talk("already paid", "yesterday by card")
        self.assertEqual(self.values("paid"), {"date": "2026-11-24", "how": "card"})
        self.talk("already paid", "31.12.2030")
        self.assertEqual(self.said, ["not_understood", "paid_when"])
        self.talk("already paid", "yesterday", "with shells")
        self.assertEqual(self.said, ["not_understood", "paid_how"])

    def test_what_was_settled_meanwhile(self):
        for heard in (("pay",), ("already paid",), ("3",), ("3", "1"), ("5",)):
            self.talk(*heard)
            self.talk("1", turn=self.turn, balances=(), ways=(), reasons=())
            self.assertEqual(self.said[:2], ["changed", "nothing_open"], heard)


class PromiseCase(DialogCase):
    def test_in_one_sentence(self):
        self.talk("I'll pay 150 on Friday", "yes", "no thanks")
        self.assertEqual(
            self.values("promise"), {"amount": "150", "date": "2026-11-27", "currency": "EUR"}
        )
        self.assertTrue(self.turn.ended)
        self.assertEqual(self.said, ["bye"])

    def test_a_day_alone_is_a_promise(self):
        self.talk("friday")
        self.assertEqual(self.said, ["promise_confirm"])

    def test_by_keys(self):
        self.talk(("digits", "3"), ("digits", "2"), ("digits", "1"))
        self.assertEqual(
            self.values("promise"), {"amount": "350", "date": "2026-12-02", "currency": "EUR"}
        )
        self.talk(("digits", "3"), ("digits", "0312"), ("digits", "1"))
        self.assertEqual(self.values("promise")["date"], "2026-12-03")

    def test_another_day_and_another_amount(self):
        self.talk("3", "1", "2", "friday", "3", "half", "yes")
        self.assertEqual(
            self.values("promise"), {"amount": "175.00", "date": "2026-11-27", "currency": "EUR"}
        )
        self.talk("3", "1", "no")
        self.assertEqual(self.said, ["promise_date"])
        self.talk("3", "1", "no, better on friday")
        self.assertEqual(self.turn.says[0].values["date"], date(2026, 11, 27))
        self.talk("3", "1", "hm")
        self.assertEqual(self.said, ["not_understood", "promise_confirm"])
        self.talk("3", "1", ("digits", "7"))
        self.assertEqual(self.said, ["not_understood", "promise_confirm"])

    def test_an_amount_that_cannot_be(self):
        for amount in ("5", "1000", "not much", "0.00"):
            self.talk("3", "1", "3", amount)
            self.assertEqual(self.said, ["not_understood", "promise_amount"], amount)
        self.talk("I pay 5 on friday")  # less than the least: all of it, and asked
        self.assertEqual(self.turn.says[0].values["amount"], 350)

    def test_a_day_that_cannot_be(self):
        self.talk("3", "31.1.2027")
        self.assertEqual(self.said, ["date_too_late", "promise_date"])
        self.talk("3", "31.1.2027", "31.1.2027", "31.1.2027")
        self.assertTrue(self.turn.ended)
        self.assertEqual(self.done, ["human"])
        self.talk("3", "banana")
        self.assertEqual(self.said, ["not_understood", "promise_date"])

    def test_the_last_day_is_offered_when_it_is_near(self):
        self.talk("3", last_day=TODAY)
        self.assertEqual(len(self.turn.choices), 1)

    def test_when_it_cannot_promise(self):
        self.talk("I will pay later", promise_refusal="Please call us.")
        self.assertEqual(self.turn.says[0], types.Say("text", {"text": "Please call us."}))
        self.assertTrue(self.turn.ended)
        self.talk("I will pay later", last_day=None)
        self.assertEqual(self.said, ["person_later"])
        self.talk("I will pay later", balances=(EUR._replace(promisable=Decimal(0)),))
        self.assertEqual(self.said, ["promise_nothing", "more"])

    def test_several_currencies(self):
        both = (EUR, USD)
        self.talk("3", "2", "friday", "yes", balances=both)
        self.assertEqual(self.values("promise")["currency"], "USD")
        self.talk("I pay on friday", "the usd one", "friday", "yes", balances=both)
        self.assertEqual(self.values("promise")["amount"], "80")
        self.talk("3", "what?", balances=both)
        self.assertEqual(self.said, ["not_understood", "which_currency"])


class PlanCase(DialogCase):
    def test_takes_one(self):
        self.talk("4", "2", "yes")
        self.assertEqual(self.values("plan"), {"offer": "b"})
        self.talk("I need installments", "6", "yes")
        self.assertEqual(self.values("plan"), {"offer": "b"})
        self.talk("4", "2")
        self.assertEqual(self.said, ["plan_confirm_cost"])
        self.talk("4", "1")
        self.assertEqual(self.said, ["plan_confirm"])

    def test_thinks_again(self):
        self.talk("4", "1", "no")
        self.assertEqual(self.said, ["plan_offers"])
        self.talk("4", "1", "hm")
        self.assertEqual(self.said, ["not_understood", "plan_confirm"])
        self.talk("4", "banana")
        self.assertEqual(self.said, ["not_understood", "plan_offers"])
        self.talk("4", "0")
        self.assertEqual(self.said, ["callback_when"])

    def test_when_there_is_none(self):
        self.talk("installments", offers=())
        self.assertEqual(self.said, ["plan_none", "person_later"])
        self.talk("installments", plan_refusal="Please talk to us.")
        self.assertEqual(self.said, ["text", "person_later"])

    def test_what_was_offered_has_changed(self):
        self.talk("4")
        self.talk("2", turn=self.turn, offers=(offer("z"),))
        self.assertEqual(self.said, ["plan_changed", "plan_offers"])
        for answer, said in (("yes", ["plan_changed", "plan_offers"]), ("hm", None)):
            self.talk("4", "1")
            self.talk(answer, turn=self.turn, offers=(offer("z"),))
            self.assertEqual(self.said, said or ["not_understood", "plan_changed"])
        self.talk("4", "1")
        self.talk("yes", turn=self.turn, offers=(offer("z", "USD"),))
        self.assertEqual(self.said, ["plan_changed", "person_later"])

    def test_several_currencies(self):
        both, plans = (EUR, USD), (offer("a"), offer("u", "USD"))
        self.talk("4", "2", "1", "1", balances=both, offers=plans)
        self.assertEqual(self.values("plan"), {"offer": "u"})
        self.talk("4", "1", "1", balances=both)
        self.assertEqual(self.values("plan"), {"offer": "a"})
        self.talk("4", balances=(EUR,), offers=(offer("u", "USD"), offer("g", "GBP")))
        self.assertEqual(self.said, ["plan_none", "person_later"])


class DisputeCase(DialogCase):
    def test_one_of_several(self):
        self.talk("5", "2", "1", "the price was 200")
        self.assertEqual(
            self.values("dispute"),
            {"invoice": "2", "reason": "price", "text": "the price was 200"},
        )
        self.talk("5", "0002", "Wrong price", ("silence", ""))
        self.assertEqual(self.values("dispute"), {"invoice": "2", "reason": "price", "text": ""})
        self.talk("5", "all of them", "3", ("digits", "5"))
        self.assertEqual(self.values("dispute"), {"invoice": "all", "reason": "other", "text": ""})

    def test_the_only_one(self):
        only = (EUR._replace(invoices=(FIRST,)),)
        self.talk("5", "2", "it came broken", balances=only)
        self.assertEqual(self.values("dispute")["invoice"], "1")

    def test_none_by_name(self):
        """There is nothing to choose from: what is wrong is asked at once."""
        unnamed = (EUR._replace(invoices=()),)
        self.talk("5", balances=unnamed)
        self.assertEqual(self.said, ["dispute_reason"])
        self.talk("5", "2", "it came broken", balances=unnamed)
        self.assertEqual(self.values("dispute")["invoice"], "all")

    def test_in_its_own_words(self):
        self.talk("the price on this invoice is wrong", "1", "1")
        self.assertEqual(self.values("dispute")["text"], "the price on this invoice is wrong")
        self.talk("dispute", "1", "you have sent me the red ones")
        self.assertEqual(self.values("dispute")["reason"], "other")

    def test_not_understood(self):
        self.talk("5", "hm")
        self.assertEqual(self.said, ["not_understood", "dispute_invoice"])
        self.talk("5", "1", "hm")
        self.assertEqual(self.said, ["not_understood", "dispute_reason"])

    def test_told_words_are_no_commands(self):
        self.talk("5", "1", "1", "I paid the operator, call me again")
        self.assertEqual(self.done, ["dispute"])
        self.talk("5", "1", "1", "stop")
        self.assertEqual(self.done, ["stop"])

    def test_without_reasons_a_person_listens(self):
        self.talk("this is wrong", reasons=())
        self.assertEqual(self.done, ["human"])


class PersonCase(DialogCase):
    def test_live(self):
        turn = self.talk("operator", live=True)
        self.assertTrue(turn.hand_over)
        self.assertEqual(self.values("human"), {"why": "asked", "live": True})

    def test_call_back(self):
        self.talk("0", "1")
        self.assertEqual(self.values("callback"), {"at": None})
        self.talk("0", "2")
        self.assertEqual(self.values("callback"), {"at": "2026-11-26T09:00"})
        self.talk("0", "3")
        self.assertEqual(self.values("callback"), {"at": "2026-11-26T14:00"})
        self.talk("0", "friday at 3pm")
        self.assertEqual(self.values("callback"), {"at": "2026-11-27T15:00"})
        self.talk("0", ("silence", ""))
        self.assertEqual(self.values("callback"), {"at": None})
        self.talk("0", "ok")
        self.assertEqual(self.values("callback"), {"at": None})
        self.talk("0", "hm")
        self.assertEqual(self.said, ["not_understood", "callback_when"])
        self.talk("0", ("digits", "1430"))
        self.assertEqual(self.values("callback"), {"at": "2026-11-25T14:30"})
        self.talk("0", ("digits", "7"))
        self.assertEqual(self.said, ["not_understood", "callback_when"])

    def test_wrong_person(self):
        for yes in ("yes", "1", "wrong number, I said"):
            self.talk("wrong number", yes)
            self.assertEqual((self.done, self.turn.ended), (["wrong_person"], True))
        self.talk("wrong number", "no")
        self.assertEqual(self.said, ["menu"])
        self.talk("wrong number", "hm")
        self.assertEqual(self.said, ["not_understood", "wrong_person_confirm"])
        self.talk("wrong number", ("digits", "7"))
        self.assertEqual(self.said, ["not_understood", "wrong_person_confirm"])

    def test_stop(self):
        for word in ("STOP", "dur", "don't write to me", "9"):
            self.talk(word)
            self.assertEqual((self.done, self.turn.ended), (["stop"], True), word)
        self.talk("iptal", channel="chat")  # a word of the telephone companies alone
        self.assertFalse(self.turn.ended)

    def test_language(self):
        self.talk("7", "2")
        self.assertEqual(self.said, ["language_done", "menu"])
        self.assertEqual(self.turn.state.lang, "lt")
        self.talk("7", "english")
        self.assertEqual(self.turn.state.lang, "en")
        self.talk("7", "klingon")
        self.assertEqual(self.said, ["not_understood", "language"])
        self.talk("speak english")
        self.assertEqual(self.said, ["language_done", "menu"])


class FlowCase(DialogCase):
    def test_anything_else(self):
        self.talk("1", "1", "yes")
        self.assertEqual(self.said, ["menu"])
        self.talk("1", "1", "no")
        self.assertEqual(self.said, ["bye"])
        self.talk("1", "1", "2")
        self.assertEqual(self.said, ["bye"])
        self.talk("1", "1", "no, I want to dispute it")
        self.assertEqual(self.said, ["dispute_invoice"])
        self.talk("1", "1", "I need installments")
        self.assertEqual(self.said, ["plan_offers"])
        self.talk("1", "1", "hm")
        self.assertEqual(self.said, ["not_understood", "more"])
        self.talk("1", "1", "bye")
        self.assertEqual(self.done, ["pay_link"])

    def test_goodbye_is_noted(self):
        self.talk("bye")
        self.assertEqual(self.values("note"), {"what": "bye"})

    def test_nothing_is_heard(self):
        self.talk(("silence", ""))
        self.assertEqual(self.said, ["silence", "menu"])
        self.talk(*[("silence", "")] * 3)
        self.assertEqual((self.said, self.done), (["silent_bye"], ["note"]))

    def test_gone(self):
        self.talk(("hangup", ""))
        self.assertEqual((self.said, self.done), ([], ["note"]))
        self.talk("1", "1", ("timeout", ""))
        self.assertEqual(self.done, ["pay_link"])
        self.talk("hello?", turn=self.turn)
        self.assertEqual((self.said, self.turn.ended), ([], True))

    def test_nonsense(self):
        self.talk("hm", "hm", "hm")
        self.assertEqual((self.done, self.turn.ended), (["human"], True))
        self.talk(("digits", "77"))
        self.assertEqual(self.said, ["not_understood", "menu"])

    def test_repeats(self):
        self.talk("*")
        self.assertEqual(self.said, ["menu"])
        self.talk("repeat")
        self.assertEqual(self.said, ["menu"])
        self.talk("3", "pardon?")
        self.assertEqual(self.said, ["promise_date"])
        self.talk("*", "*", "*")
        self.assertTrue(self.turn.ended)

    def test_changes_its_mind(self):
        self.talk("3", "actually this is wrong")
        self.assertEqual(self.said, ["dispute_invoice"])
        self.talk("3", "back")
        self.assertEqual(self.said, ["menu"])

    def test_endless_talk_comes_to_a_person(self):
        self.talk(*["3", "back"] * 30)
        self.assertEqual((self.done, self.turn.ended), (["human"], True))
        self.assertEqual(self.turn.state.turns, FACTS.max_turns)


class RefusalCase(DialogCase):
    def refuse(self, *heard, facts=FACTS):
        self.talk(*heard, facts=facts)
        effect = self.turn.effects[-1]
        self.turn = dialog.refuse(self.turn, effect, "Not so.", facts)
        return self.turn

    def test_the_books_have_the_last_word(self):
        self.refuse("3", "friday", "yes")
        self.assertEqual(self.said, ["text", "promise_date"])
        self.assertNotIn("promise", self.turn.state.done)
        self.refuse("4", "1", "yes")
        self.assertEqual(self.said, ["text", "plan_offers"])
        self.refuse("2", "1", "1")
        self.assertEqual(self.said, ["text", "paid_when"])
        self.refuse("5", "1", "1", "broken")
        self.assertEqual(self.said, ["text", "dispute_invoice"])

    def test_an_end_is_good_with_a_record_or_a_person(self):
        self.talk("bye")
        self.assertFalse(
            dialog.ends_well(self.turn._replace(state=replace(self.turn.state, done=())))
        )
        self.talk("3", "friday", "yes")
        self.assertTrue(dialog.ends_well(self.turn))

    def test_twice_is_enough(self):
        turn = self.refuse("3", "friday", "yes")
        self.talk("friday", "yes", turn=turn)
        turn = dialog.refuse(self.turn, self.turn.effects[-1], "Not so.", FACTS)
        self.assertTrue(turn.ended)

    def test_what_cannot_be_asked_again_is_for_a_person(self):
        facts = FACTS._replace(ways=("here",))
        self.assertTrue(self.refuse("1", facts=facts).ended)
        self.assertTrue(self.refuse("wrong number", "yes").ended)


class LinesCase(unittest.TestCase):
    def test_values_get_into_lines(self):
        self.assertEqual(lines.fill("{a} and {b}{c}", {"a": 1, "b": "{c}"}), "1 and {c}")
        self.assertEqual(lines.places("{a} and {b.c} {a}"), {"a"})

    def test_states_are_kept_as_json(self):
        state = types.State(step="menu", offered=("a",), done=("b",), data={"x": "y"})
        self.assertEqual(types.State.load(state.dump()), state)

    def test_registered_once(self):
        self.assertEqual(set(turns.PROMPTS), set(turns.LISTENERS))
