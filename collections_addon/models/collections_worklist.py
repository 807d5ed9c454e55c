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
    "likely": "chance_30 desc, id",
    "unlikely": "chance_30, id",
    "oldest": "days_overdue desc, id",
}


class CollectionsWorklist(models.AbstractModel):
    """What the screen My Day shows, as plain data, for the current company."""

    _inherit = "collections.worklist"

    # === PUBLIC METHODS === #

    @api.model
    @api.readonly
    def get_day(self, scope="mine", order="value", chance=None, task=None):
        """The list of the day in the current company, in its order.

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
        company = self.env.company
        today = company._collections_today(now)
        items = self.env["collections.worklist.item"]
        mine = self._scope_domain(scope, company, today)
        todo = mine & items._todo_domain(today)
        shown = todo & items._chance_domain(chance)
        if task:
            shown &= Domain("tasks", "like", task)
        due = Domain("callback_at", "<=", now + SOON)
        later = items.search(shown & Domain("callback_at", ">", now + SOON), order="callback_at")
        calls = items.search(shown & due, order="callback_at")
        ranked = items.search(
            shown & Domain("callback_at", "=", False),
            order=ORDERS.get(order, ORDERS["value"]),
            limit=SHOWN,
        )
        return {
            "today": str(today),
            "made_for": str(company.collections_work_date or ""),
            "company": company.name,
            "currency_id": company.currency_id.id,
            "can_work": self._is("collector"),
            "can_manage": self._is("manager"),
            "items": [self._plain(item) for item in calls | ranked],
            "later": [self._plain(item) for item in later],
            **self._counts(items, mine, todo, shown, today),
            **self._choices(company, today),
        }

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
        user = self.env.user if scope == "mine" else self.env["res.users"].browse(int(scope))
        others = self.env["collections.absence"]._stood_in_for(user, company, today)
        return domain & Domain("user_id", "in", (user | others).ids)

    # === WHAT IS SHOWN === #

    def _plain(self, item):
        """One customer of the list."""
        names = item._task_names()
        return {
            "id": item.id,
            "name": item.partner_id.display_name,
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

    def _counts(self, items, mine, todo, shown, today):
        [(left, value)] = items._read_group(todo, [], ["__count", "value:sum"])
        done = items.with_context(active_test=False).search_count(
            mine & Domain("done_on", "=", today)
        )
        return {
            "left": left,
            "left_value": value or 0.0,
            "done": done,
            "found": items.search_count(shown),
        }

    def _choices(self, company, today):
        """Whose list may be looked at, with how much is left; who one stands in for."""
        items = self.env["collections.worklist.item"]
        todo = Domain("company_id", "=", company.id) & items._todo_domain(today)
        rows = items._read_group(todo, ["user_id"], ["__count"])
        absences = self.env["collections.absence"]
        others = absences._stood_in_for(self.env.user, company, today)
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
