"""What was known of an invoice and its customer on a day, and nothing later.

An :class:`Item` is an invoice as the ledger knows it now, its settlement included. A
:class:`Chronicle` plays all items in the order in which things happened and answers
for a day with what had happened *before* that day: so the same code makes the
features a model learns from and those it is asked with, and neither can see the future.

No trait of a person is a feature: only what was invoiced and how it was paid.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import date
from heapq import heappop, heappush
from math import cos, log, log1p, pi, sin, sqrt

from .payers import CAP_DAYS, EARLIEST, LATEST, Chance, Customer, clip, drift, logit

#: Days within which an invoice is paid, or not: what is predicted.
HORIZONS = (7, 30, 60)
#: How many invoices of one's own weigh as much as everybody's.
PRIOR = 4.0
#: Invoices of another age that weigh in where few have reached this one.
YOUNGER = 2.0
#: Ages up to this are not compared with younger ones.
FIRST_AGE = 7

#: Feature -> what it speaks of; the order is that of the vector.
FEATURES = {
    "age": "age",
    "since_issue": "age",
    "terms": "terms",
    "amount": "amount",
    "amount_ratio": "amount",
    "due_sin": "season",
    "due_cos": "season",
    "due_day": "season",
    "weekday": "season",
    "settled": "history",
    "late_share": "history",
    "very_late_share": "history",
    "mean_late": "history",
    "spread": "history",
    "recent_late": "trend",
    "trend": "trend",
    "last_late": "trend",
    "since_paid": "silence",
    "known_for": "history",
    "open_count": "exposure",
    "open_amount": "exposure",
    "overdue_count": "unpaid",
    "overdue_share": "unpaid",
    "oldest": "unpaid",
    "partial_share": "partial",
    "everybody": "season",
    "rule_7": "history",
    "rule_30": "history",
    "rule_60": "history",
    "rule_due": "history",
}


class Chronicle:
    """Plays a ledger and tells what was known at the beginning of a day.

    :param items: every invoice known today, in any order
    :param dict everybody: what `keep` gave for the whole ledger, where the items are those
        of some customers only
    """

    def __init__(self, items, everybody=None):
        self._coming = sorted(items, key=lambda item: item.issued)
        self._next = 0
        self._settling = []
        self._customers = defaultdict(Customer)
        self._counts = [0] * (LATEST - EARLIEST + 1)
        self._open_dues = defaultdict(int)
        self._upto = self._unpaid = None
        self._settled = self._recent = 0
        self._day = None
        self._general = {}
        self._alone = not everybody
        if everybody:
            self._take(everybody)

    def keep(self):
        """Everybody's figures as of the day, to be kept as JSON.

        :rtype: dict
        """
        return {
            "settled": self._settled,
            "recent": round(self._recent, 4),
            "late": [
                [place + EARLIEST, count] for place, count in enumerate(self._counts) if count
            ],
            "open": [[due, count] for due, count in sorted(self._open_dues.items()) if count],
        }

    def _take(self, everybody):
        self._settled, self._recent = everybody["settled"], everybody["recent"]
        for late, count in everybody["late"]:
            self._counts[late - EARLIEST] = count
        self._open_dues.update({due: count for due, count in everybody["open"]})

    def move_to(self, day):
        """Let everything happen that happened before a day; days may not go back."""
        if day == self._day:
            return
        self._day, self._upto = day, None
        self._general.clear()
        while self._next < len(self._coming) and self._coming[self._next].issued < day:
            self._issue(self._coming[self._next])
            self._next += 1
        while self._settling and self._settling[0][0] < day:
            _day, _order, item = heappop(self._settling)
            self._settle(item)

    def _issue(self, item):
        self._settle_before(item.issued)
        self._customers[item.customer].open(item)
        if self._alone:
            self._open_dues[item.due] += 1
        if item.settled is not None:
            heappush(self._settling, (max(item.settled, item.issued), self._next, item))

    def _settle_before(self, day):
        while self._settling and self._settling[0][0] < day:
            _day, _order, item = heappop(self._settling)
            self._settle(item)

    def _settle(self, item):
        self._customers[item.customer].settle(item)
        if not self._alone:
            return
        late = clip(item.settled - item.due)
        self._open_dues[item.due] -= 1
        self._counts[late - EARLIEST] += 1
        self._settled += 1
        self._recent += (min(late, CAP_DAYS) - self._recent) / min(self._settled, 300)

    def customer(self, key):
        """How a customer has paid before the day.

        :rtype: Customer
        """
        return self._customers.get(key) or Customer()

    # === RATES === #

    def everybody(self, age, days):
        """Of all invoices that were open at an age, those paid within some days.

        :param int age: days past due, negative before
        :rtype: Chance
        """
        if self._upto is None:
            self._add_up()
        before, within = clip(age) - EARLIEST, clip(age + days) - EARLIEST + 1
        earlier = self._upto[before]
        unpaid = self._still_open(age + days)
        return Chance(self._upto[within] - earlier, self._settled - earlier + unpaid)

    def _add_up(self):
        self._upto, total = [0], 0
        for count in self._counts:
            total += count
            self._upto.append(total)
        self._unpaid_days = sorted(due for due, count in self._open_dues.items() if count)
        self._unpaid, total = [0], 0
        for due in self._unpaid_days:
            total += self._open_dues[due]
            self._unpaid.append(total)

    def _still_open(self, age):
        """Open invoices of everybody that are older than an age."""
        return self._unpaid[bisect_left(self._unpaid_days, self._day - age)]

    def own(self, customer, age, days):
        """The same of the customer's settled invoices, and of those still open.

        :return: of the settled; and how many open ones have passed the age unpaid
        :rtype: tuple[Chance, int]
        """
        late = customer.lateness
        before = bisect_left(late, clip(age))
        paid = bisect_right(late, clip(age + days)) - before
        unpaid = bisect_left(customer.dues, self._day - age - days)
        return Chance(paid, len(late) - before), unpaid

    def general(self, age, days):
        """Everybody's rate; where few have reached an age, drawn to that of a younger one.

        :return: the probability to be paid within some days
        :rtype: float
        """
        if (age, days) not in self._general:
            paid, seen = self.everybody(age, days)
            if age <= FIRST_AGE:
                self._general[age, days] = (paid + 1) / (seen + 2)
            else:
                younger = self.general(age // 2, days)
                self._general[age, days] = (paid + YOUNGER * younger) / (seen + YOUNGER)
        return self._general[age, days]

    def rule(self, customer, age, days):
        """The customer's own rate, drawn towards everybody's while he is little known.

        :return: the probability to be paid within some days
        :rtype: float
        """
        (paid, seen), unpaid = self.own(customer, age, days)
        return (paid + PRIOR * self.general(age, days)) / (seen + unpaid + PRIOR)

    def steps(self, customer, age, days):
        """From everybody's odds to the customer's, a step for each thing that is asked.

        :return: (code of the reason, log-odds before, log-odds after) of each step
        """
        general = self.general(age, days)
        (paid, seen), unpaid = self.own(customer, age, days)
        paid += PRIOR * general
        odds = [
            logit(self.general(0, days)),
            logit(general),
            logit(paid / (seen + PRIOR)),
            logit(paid / (seen + unpaid + PRIOR)),
        ]
        odds.append(odds[-1] + drift(customer, age, days))
        return list(zip(("age", "history", "unpaid", "trend"), odds, odds[1:], strict=False))

    def odds(self, customer, age, days):
        """Log-odds of the scorecard: where the steps end."""
        return self.steps(customer, age, days)[-1][2]

    # === FEATURES === #

    def features(self, item, day):
        """The vector of an open invoice on a day, in the order of FEATURES.

        :param Item item: its ``settled`` is not looked at
        :param int day: the chronicle must not have passed it
        :rtype: list[float]
        """
        self.move_to(day)
        customer = self.customer(item.customer)
        return [
            *self._of_item(item, day, customer),
            *self._of_history(customer, day),
            *self._of_open(customer, item, day),
            *(self.odds(customer, day - item.due, days) for days in HORIZONS),
            self.odds(customer, day - item.due, max(item.due - day, 0)),
        ]

    def _of_item(self, item, day, customer):
        amount = log(max(item.amount, 1.0))
        usual = (customer.amounts + 3 * amount) / (customer.issued + 3)
        due = date.fromordinal(item.due)
        turn = 2 * pi * due.timetuple().tm_yday / 365.25
        return (
            clip(day - item.due),
            min(day - item.issued, CAP_DAYS),
            min(item.due - item.issued, CAP_DAYS),
            amount,
            amount - usual,
            sin(turn),
            cos(turn),
            due.day,
            day % 7,
        )

    def _of_history(self, customer, day):
        count = len(customer.lateness)
        weight = count + PRIOR
        late, very_late = self._shares()
        mean = (customer.sum + PRIOR * self._recent) / weight
        recent = mean if customer.recent is None else customer.recent
        variance = customer.squares / count - (customer.sum / count) ** 2 if count else 100.0
        return (
            log1p(count),
            (customer.late + PRIOR * late) / weight,
            (customer.very_late + PRIOR * very_late) / weight,
            mean,
            sqrt(max(variance, 0.0)),
            recent,
            recent - mean,
            mean if customer.last is None else customer.last,
            CAP_DAYS
            if customer.last_settled is None
            else min(day - customer.last_settled, CAP_DAYS),
            0.0 if customer.first_issued is None else log1p(day - customer.first_issued),
        )

    def _of_open(self, customer, item, day):
        dues = customer.dues
        overdue = bisect_right(dues, day - 1)
        return (
            log1p(len(dues)),
            log1p(max(customer.open_amount, 0.0)),
            log1p(overdue),
            overdue / len(dues) if dues else 0.0,
            min(day - dues[0], CAP_DAYS) if overdue else 0.0,
            (customer.partial + 0.1) / (len(customer.lateness) + 1),
            self._recent,
        )

    def _shares(self):
        """Everybody's share of late and of very late payments."""
        if self._upto is None:
            self._add_up()
        seen = self._settled + 2
        on_time, month = self._upto[1 - EARLIEST], self._upto[31 - EARLIEST]
        return (self._settled - on_time + 1) / seen, (self._settled - month + 0.5) / seen
