"""Customers on their own page: a browser without scripts."""

from datetime import timedelta

from lxml import html

from odoo import fields, http
from odoo.tests import HttpCase

from .common import CollectionsCommon


class PortalCommon(CollectionsCommon, HttpCase):
    """:meth:`_get` and :meth:`_post` act as who holds the link of `self.case`.

    Dates are relative to today: the requests ask the real clock.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._collections_today(fields.Datetime.now())
        cls.policy.write({"send_from": 0, "send_to": 24})  # whenever the tests run
        cls.company.phone = "+1 555 0100"
        cls.invoice = cls._late(cls.customer, 100, days=12)
        cls.case = cls.env["collections.case"]._of(cls.customer, cls.company)

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    @classmethod
    def _late(cls, partner, amount, days, **args):
        """An invoice so many days past due; negative: due in so many days."""
        due = cls.today - timedelta(days=days)
        return cls._invoice(partner, amount, due=fields.Date.to_string(due), **args)

    def _in(self, days):
        """A date from now, as a form sends it."""
        return fields.Date.to_string(self.today + timedelta(days=days))

    def _base(self, case=None):
        """Path of the account behind a link given out today."""
        url = (case or self.case)._portal_url(self.today)
        return url.removeprefix(self.company.get_base_url())

    def _get(self, path="", case=None, base=None, status=200):
        """A page as a parsed document."""
        response = self.url_open((base or self._base(case)) + path)
        self.assertEqual(response.status_code, status, response.text[:2000])
        return html.fromstring(response.text)

    def _post(self, path, data=None, case=None, base=None, status=200, files=None):
        """The page that follows a form; `status` is that of the last answer."""
        data = {"csrf_token": http.Request.csrf_token(self), **(data or {})}
        response = self.url_open((base or self._base(case)) + path, data=data, files=files)
        self.assertEqual(response.status_code, status, response.text[:2000])
        return html.fromstring(response.text)

    def _text(self, page, part="wrap"):
        """What the element with an id says, with single spaces; empty when it is not there."""
        found = page.xpath("//*[@id=$part]", part=part)
        return " ".join(" ".join(one.text_content() for one in found).split())

    def _refuses(self, path="", **kwargs):
        """The page is not there: the answer is that of any link that opens nothing."""
        page = self._get(path, status=404, **kwargs)
        self.assertEqual(
            self._text(page), self._text(self._get(base="/collections/1/x", status=404))
        )
