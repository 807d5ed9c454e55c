from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

#: So many customers are listed at once; nobody calls more in a day.
SHOWN = 80
#: A call that was asked for is due so long before its moment.
SOON = timedelta(minutes=5)
ORDERS = {
    "value": "urgency, value desc, id",
    "at_risk": "at_risk desc, id",
    "likely": "chance_30 desc nulls last, id",
    "unlikely": "chance_30, id",
    "oldest": "days_overdue desc, id",
}
#: The same, where customers of several companies are put together: money in one currency. Who
#: has no chance stands last, as in SQL.
KEYS = {
    "value": lambda item, rate: (item.urgency, -item.value * rate),
    "at_risk": lambda item, rate: -item.at_risk * rate,
    "likely": lambda item, _rate: -item.chance_30,
    "unlikely": lambda item, _rate: item.chance_30 or 2,
    "oldest": lambda item, _rate: -item.days_overdue,
}


class CollectionsWorklist(models.AbstractModel):
    """What the screen My Day shows, as plain data, for the companies one works in.

    Each customer has the currency of its company; where there are several they are compared,
    and summed up, in that of the current company at today's rate.
    """

    _inherit = "collections.worklist"

    # === PUBLIC METHODS === #

    @api.model
    @api.readonly
    def get_day(self, scope="mine", order="value", chance=None, task=None):
        """The list of the day in the companies chosen in the switcher, in its order.

        Calls that customers asked for come at their time: the due ones before all others,
        the later ones apart.

        :param scope: `mine` (with the work of those I stand in for), `all`, `nobody`, or the
            id of a user
        :param str order: a key of `ORDERS`
        :param str|None chance: `likely`, `maybe` or `unlikely` to pay within 30 days
        :param str|None task: code of what is to be seen to
        :return: items (ranked), later (calls to come), counts of what is left and done
        :rtype: dict
        :raises AccessError: without the group Viewer
        """
        self._check_viewer()
        now = fields.Datetime.now()
        days = {one: one._collections_today(now) for one in self.env.companies}
        items = self.env["collections.worklist.item"]
        mine = {company: self._scope_domain(scope, company, day) for company, day in days.items()}
        todo = Domain.OR(mine[company] & items._todo_domain(day) for company, day in days.items())
        shown = todo & items._chance_domain(chance)
        if task:
            shown &= Domain("tasks", "like", task)
        due = Domain("callback_at", "<=", now + SOON)
        later = items.search(shown & Domain("callback_at", ">", now + SOON), order="callback_at")
        calls = items.search(shown & due, order="callback_at")
        rates = self._rates(days)
        ranked = self._ranked(shown & Domain("callback_at", "=", False), order, rates)
        made = [company.collections_work_date for company in days]
        return {
            "today": str(days[self.env.company]),
            "made_for": str(min(made)) if all(made) else "",
            "companies": self.env.companies.mapped("name") if len(days) > 1 else [],
            "currency_id": self.env.company.currency_id.id,
            "can_work": self._is("collector"),
            "can_manage": self._is("manager"),
            "items": [self._plain(item) for item in calls | ranked],
            "later": [self._plain(item) for item in later],
            **self._counts(items, mine, days, todo, shown, rates),
            **self._choices(days),
        }

    # === SEVERAL COMPANIES === #

    def _rates(self, days):
        """Company -> what one of its currency is worth in that of the current company.

        :param dict days: company -> its business date
        """
        main = self.env.company
        rate = self.env["res.currency"]._get_conversion_rate
        return {
            company: rate(company.currency_id, main.currency_id, main, days[main])
            for company in days
        }

    def _ranked(self, domain, order, rates):
        """The first customers in an order; of several companies, put together.

        :rtype: `collections.worklist.item`
        """
        items = self.env["collections.worklist.item"]
        order = order if order in ORDERS else "value"
        found = items
        for company in rates:
            own = domain & Domain("company_id", "=", company.id)
            found |= items.search(own, order=ORDERS[order], limit=SHOWN)
        if len(rates) == 1:
            return found
        return found.sorted(lambda item: KEYS[order](item, rates[item.company_id]))[:SHOWN]

    # === WHOSE === #

    def _check_viewer(self):
        if not self._is("viewer"):
            raise AccessError(
                self.env._("You need the access right Collections / Viewer to see this.")
            )

    def _is(self, group):
        return self.env.user.has_group(f"collections_addon.group_collections_{group}")

    def _scope_domain(self, scope, company, today):
        domain = Domain("company_id", "=", company.id)
        if scope == "all":
            return domain
        if scope == "nobody":
            return domain & Domain("user_id", "=", False)
        is_somebody = str(scope).isdecimal()
        user = self.env["res.users"].browse(int(scope)) if is_somebody else self.env.user
        others = self.env["collections.absence"]._stood_in_for(user, company, today)
        return domain & Domain("user_id", "in", (user | others).ids)

    # === WHAT IS SHOWN === #

    def _plain(self, item):
        """One customer of the list."""
        names = item._task_names()
        return {
            "id": item.id,
            "name": item.partner_id.display_name,
            "currency_id": item.currency_id.id,
            "company": item.company_id.name if len(self.env.companies) > 1 else "",
            "value": item.value,
            "chaseable": item.chaseable,
            "overdue": item.overdue,
            "at_risk": item.at_risk,
            "days": item.days_overdue,
            "chance": item.chance_30,
            "group": item.segment_id.name or "",
            "tasks": [
                {"code": code, "name": names[code]}
                for code in item._task_codes()
                if code in names and code != "overdue"
            ],
            "callback_at": fields.Datetime.to_string(item.callback_at) or "",
            "user": item.user_id.name or "",
            "is_mine": item.user_id == self.env.user,
        }

    def _counts(self, items, mine, days, todo, shown, rates):
        rows = items._read_group(todo, ["company_id"], ["__count", "value:sum"])
        finished = Domain.OR(mine[one] & Domain("done_on", "=", day) for one, day in days.items())
        return {
            "left": sum(count for _company, count, _value in rows),
            "left_value": sum(rates[company] * value for company, _count, value in rows),
            "done": items.with_context(active_test=False).search_count(finished),
            "found": items.search_count(shown),
        }

    def _choices(self, days):
        """Whose list may be looked at, with how much is left; who one stands in for.

        :param dict days: company -> its business date
        """
        items = self.env["collections.worklist.item"]
        todo = Domain.OR(
            Domain("company_id", "=", company.id) & items._todo_domain(day)
            for company, day in days.items()
        )
        rows = items._read_group(todo, ["user_id"], ["__count"])
        others = self.env["res.users"].union(
            *(
                self.env["collections.absence"]._stood_in_for(self.env.user, company, day)
                for company, day in days.items()
            )
        )
        return {
            "people": [
                {"id": user.id, "name": user.name, "left": count} for user, count in rows if user
            ],
            "unassigned": sum(count for user, count in rows if not user),
            "stands_in_for": others.sudo().mapped("name"),
            "tasks": [
                {"code": code, "name": name}
                for code, name in items._task_names().items()
                if code != "overdue"
            ],
        }
