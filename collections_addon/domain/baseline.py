"""What a learnt model has to beat: the customer's own mean lateness.

The plain forecast of a spreadsheet: the customer pays as late as on average, give or take
what everybody's payments differ from their customer's mean. A model that is not better than
this on later invoices earns nothing for its complexity. Only judging needs it: the module
itself never asks it about an open invoice.
"""

from .features import PRIOR, YOUNGER, Chronicle
from .payers import CAP_DAYS, EARLIEST, LATEST, clip


class Habitual(Chronicle):
    """A chronicle that knows, too, how far payments lay from their customer's mean."""

    def __init__(self, items):
        super().__init__(items)
        self._apart = [0] * (LATEST - EARLIEST + 1)
        self._apart_upto = None

    def move_to(self, day):
        if day != self._day:
            self._apart_upto = None
        super().move_to(day)

    def _settle(self, item):
        mean = self.mean_lateness(self.customer(item.customer))
        self._apart[clip(item.settled - item.due - mean) - EARLIEST] += 1
        super()._settle(item)

    def mean_lateness(self, customer):
        """Mean days after the due date, drawn to everybody's while little is known.

        :param Customer customer: as far as the chronicle has come
        :rtype: int
        """
        total = customer.sum + PRIOR * self._recent
        return round(total / (len(customer.lateness) + PRIOR))

    def usual_days(self, customer, item, day):
        """Days from a day on until the customer's mean says an invoice is paid.

        :rtype: int
        """
        return max(item.due + min(self.mean_lateness(customer), CAP_DAYS) - day, 0)

    def mean_rule(self, customer, age, days):
        """The probability that the mean lateness gives to be paid within some days.

        Of all payments at least as late for their customer as this one is by now, those
        that came within the days; what everybody still owes counts as unpaid.

        :param Customer customer: as far as the chronicle has come
        :param int age: days past due, negative before
        :rtype: float
        """
        if self._apart_upto is None:
            self._apart_upto = _running(self._apart)
        general = self.general(age, days)
        age_apart = age - self.mean_lateness(customer)
        before = self._apart_upto[clip(age_apart) - EARLIEST]
        paid = self._apart_upto[clip(age_apart + days) - EARLIEST + 1] - before
        seen = self._apart_upto[-1] - before + self._still_open(age + days)
        return (paid + YOUNGER * general) / (seen + YOUNGER)


def _running(counts):
    sums = [0]
    for count in counts:
        sums.append(sums[-1] + count)
    return sums
