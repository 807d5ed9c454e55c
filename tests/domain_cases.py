"""What the pure tests of eligibility, message and case figures play with."""

from datetime import date, timedelta

from hypothesis import strategies as st

from .domain_loader import domain_module

eligibility, facts, ladder = map(domain_module, ("eligibility", "facts", "ladder"))
OpenLine, CustomerFacts, PolicyRules = facts.OpenLine, facts.CustomerFacts, facts.PolicyRules
Ladder, Rung, Rules, decide = ladder.Ladder, ladder.Rung, eligibility.Rules, eligibility.decide

TODAY = date(2026, 3, 5)
EUR, USD = 1, 2
SOON, FRIENDLY, FIRM, FINAL = Rung(-3, 11), Rung(5, 12), Rung(15, 13), Rung(30, 14, is_final=True)
DAYS_OF = {rung.id: rung.days for rung in (SOON, FRIENDLY, FIRM, FINAL)}
PAUSES = ("blocked", "manual_hold", "disputed", "promised", "in_plan", "legal")


def line(days, residual=100.0, number=1, level=None, no_followup=False, currency=EUR, move=None):
    """An open item, `days` after its due date; in company currency twice the amount."""
    return OpenLine(
        7, currency, number, move or number, days, residual, residual * 2,
        level.id if level else None, no_followup,
    )  # fmt: skip


def policy(number=1, rungs=(SOON, FRIENDLY, FIRM, FINAL), jump=False, **rules):
    """The rules of a policy."""
    return PolicyRules(number, Ladder(tuple(rungs), jump, dict(DAYS_OF)), **rules)


def rules(*policies, own=None, pauses=None, disputed=None):
    """Everything but the customer; without policies, the house rules."""
    return Rules(
        {p.id: p for p in policies or (policy(),)},
        own or {},
        pauses or {},
        disputed or {},
        {EUR: 0.01, USD: 0.01},
    )


def customer(**known):
    """A customer under policy 1, of whom nothing else is known."""
    return CustomerFacts(**{"policy_id": 1, **known})


def decided(lines, who=None, book=None, today=TODAY):
    """Decide, on the customer and the rules that matter to the test."""
    return decide(lines, who or customer(), book or rules(), today)


def reasons(decisions):
    """Line id -> the reason, or the days of the level it takes."""
    return {d.line.id: d.reason or d.rung.days for d in decisions}


# === ANY LEDGER === #

cents = st.integers(1, 100_000).map(lambda amount: amount / 100)
levels = st.sampled_from([None, SOON, FRIENDLY, FIRM, FINAL])
contact_dates = st.lists(st.integers(1, 40).map(lambda n: TODAY - timedelta(days=n)), max_size=4)


@st.composite
def ledgers(draw, currency=EUR):
    """Up to eight open items of one customer in one currency, credits among them."""
    count = draw(st.integers(1, 8))
    return [
        line(
            draw(st.integers(-20, 90)),
            draw(cents) * draw(st.sampled_from([1, 1, 1, -1])),
            number,
            draw(levels),
            draw(st.sampled_from([False] * 5 + [True])),
            currency,
        )
        for number in range(1, count + 1)
    ]


@st.composite
def customers(draw):
    """Any customer: paused, recently contacted, with a contact under way."""
    dates = tuple(draw(contact_dates))
    return customer(
        policy_id=draw(st.sampled_from([1, 2])),
        pause=draw(st.sampled_from([None, None, None, *PAUSES])),
        contact_dates=dates,
        last_contact=max(dates, default=None),
        pending=draw(
            st.sampled_from([{}, {}, {EUR: "awaiting_approval"}, {EUR: "already_contacted"}])
        ),
    )


@st.composite
def rulebooks(draw):
    """Two policies with any limits, and exceptions for some invoices."""
    policies = [
        policy(
            number,
            jump=draw(st.booleans()),
            min_gap_days=draw(st.integers(0, 10)),
            contact_cap=draw(st.integers(0, 2)),
            contact_cap_days=draw(st.integers(0, 20)),
            tolerances={EUR: draw(st.sampled_from([0.0, 5.0, 250.0]))},
        )
        for number in (1, 2)
    ]
    moves = st.integers(1, 8)
    return rules(
        *policies,
        own=draw(st.dictionaries(moves, st.sampled_from([1, 2]), max_size=3)),
        pauses=draw(st.dictionaries(moves, st.sampled_from(PAUSES), max_size=2)),
        disputed=draw(st.dictionaries(moves, cents, max_size=2)),
    )
