from odoo.http import request

from .portal_base import LANG, CollectionsPortal, portal_page
from .portal_form import many, whole


class PreferencesPortal(CollectionsPortal):
    """How and when the customer wants to be contacted."""

    @portal_page("/preferences")
    def collections_preferences(self, visit, **_query):
        """Channel, language, hours, days, and what it does not want."""
        case = visit.case
        refused = case.opt_out_ids.filtered(lambda row: not row.date_end)
        form = {
            "channel": case.preferred_channel or "",
            "lang": visit.recipient.lang or visit.lang.code,
            "hour_from": str(int(case.contact_from)),
            "hour_to": str(int(case.contact_to)),
            "weekdays": list(case.contact_weekdays or "0123456"),
            "refused": refused.mapped("channel_code"),
        }
        return self._preferences_page(visit, form)

    def _preferences_page(self, visit, form, error=None, status=200):
        first, last = visit.case._offered_hours()
        values = {
            "form": form,
            "error": error,
            "channels": visit.case._offered_channels(),
            "refusable": visit.env["collections.channel"]._selection_to_refuse(),
            "hours": [(str(hour), f"{hour:02d}:00") for hour in range(first, last + 1)],
            "weekdays": self._weekday_names(visit),
        }
        return self._page(visit, "collections_addon.portal_preferences", values, status)

    def _weekday_names(self, visit):
        """(digit, name) of the days of the week, in the order of the customer's language."""
        field = visit.env["resource.calendar.attendance"]._fields["dayofweek"]
        names = field._description_selection(visit.env)
        start = (int(visit.lang.week_start) - 1) % 7
        return names[start:] + names[:start]

    @portal_page("/preferences/save", act="act")
    def collections_preferences_save(
        self, visit, channel="", lang="", hour_from="", hour_to="", **_form
    ):
        """Take the wishes down."""
        weekdays, refused = many("weekdays"), set(many("refused"))
        _done, error = self._try(
            visit,
            visit.case._customer_preferences,
            channel,
            lang,
            (whole(hour_from), whole(hour_to)),
            {whole(day) for day in weekdays},
            refused,
            visit.today,
        )
        if error:
            form = {
                "channel": channel,
                "lang": lang,
                "hour_from": hour_from,
                "hour_to": hour_to,
                "weekdays": weekdays,
                "refused": list(refused),
            }
            return self._preferences_page(visit, form, error, 422)
        request.session.pop(LANG, None)
        visit.flash(visit.env._("Your wishes are noted. Thank you."))
        return self._back(visit, "/preferences")
