"""How customers pay: for one installment, when and how much. No database here."""

from datetime import timedelta

#: Seasonal businesses are short of money now and half a year away from now, so many days.
LEAN_DAYS = 55
HALF_YEAR = 182
#: Days before today on which customers in trouble stopped paying.
TROUBLE_SINCE = 125
#: What fell due within so many days before today is what disputers contest now.
CONTESTED_DAYS = 75
#: So many days before today the firm began to remind, and customers to pay sooner.
REMINDED_SINCE = 80


def payments(habit, rng, due, today):
    """Payments of one installment, paid or still to come.

    :param str habit: key of `HABITS`
    :param random.Random rng: source of chance, one per installment
    :param datetime.date due: the installment's due date
    :param datetime.date today: the date on which the story ends
    :return: (date, share of the installment) pairs, rising
    :rtype: list[tuple[datetime.date, float]]
    """
    return HABITS[habit](rng, due, today)


def _after(rng, due, mean, spread, share=1.0):
    return [(due + timedelta(days=round(rng.gauss(mean, spread))), share)]


def _prompt(rng, due, today):
    return _after(rng, due, -1, 2)


def _is_reminded(due, today):
    return (today - due).days < REMINDED_SINCE


def _slow(rng, due, today):
    return _after(rng, due, 7 if _is_reminded(due, today) else 30, 6)


def _late(rng, due, today):
    return _after(rng, due, 19 if _is_reminded(due, today) else 62, 11)


def _seasonal(rng, due, today):
    if (today - due).days % HALF_YEAR < LEAN_DAYS:
        return _after(rng, due, 33, 10)
    return _after(rng, due, 1, 3)


def _trouble(rng, due, today):
    if due >= today - timedelta(days=TROUBLE_SINCE):
        return []
    return _after(rng, due, 12, 5)


def _disputer(rng, due, today):
    if 10 <= (today - due).days <= CONTESTED_DAYS:
        return []
    if rng.random() < 0.3:
        return _after(rng, due, 60, 10)
    return _after(rng, due, 4, 4)


def _partial(rng, due, today):
    first = _after(rng, due, 4, 3, share=0.5)
    return first + _after(rng, due, 24 if _is_reminded(due, today) else 50, 8, share=0.5)


def _installments(rng, due, today):
    if rng.random() < 0.25:
        return _after(rng, due, 20, 6)
    return _after(rng, due, 2, 4)


HABITS = {
    "prompt": _prompt,
    "slow": _slow,
    "late": _late,
    "seasonal": _seasonal,
    "trouble": _trouble,
    "disputer": _disputer,
    "partial": _partial,
    "installments": _installments,
}
