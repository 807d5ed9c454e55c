"""Core's accounting tests without what makes each class of them start slowly."""

from unittest.mock import patch

import freezegun
from freezegun import freeze_time
from passlib.context import CryptContext

from odoo import Command
from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .warm_caches import WarmCachesCase

#: Login of nobody: core's own work factor costs 0.4 s for each user of each class.
HASHES = CryptContext(["pbkdf2_sha512", "plaintext"], pbkdf2_sha512__rounds=1000)
#: The company of such tests that `make test` keeps ready.
COMPANY = "company_ready"
#: What measures how long a test takes keeps the real clock.
freezegun.configure(extend_ignore_list=["_pytest.timing", "_pytest.junitxml"])


class QuickAccountingCommon(WarmCachesCase, AccountTestInvoicingCommon):
    """The same firm as core's, from the database where it is ready there.

    Passwords are hashed with few rounds. A chart of accounts takes most of a second to
    load; `scripts/inside/ready_company.py` has done it once for all classes that want
    nothing special. Without it, as in Odoo's own runner, the company is made as always.
    The registry's caches stay warm, see `warm_caches.py`.
    """

    @classmethod
    def setup_independent_user(cls):
        users = cls.registry["res.users"]
        cls.startClassPatcher(patch.object(users, "_crypt_context", lambda users: HASHES))
        return super().setup_independent_user()

    @classmethod
    def setup_independent_company(cls, **kwargs):
        special = kwargs or cls.country_code or cls.chart_template
        ready = cls.env["res.company"].sudo().search([("name", "=", COMPANY)])
        if special or len(ready) != 1:
            return super().setup_independent_company(**kwargs)
        cls.env.user.company_ids = [Command.link(ready.id)]
        return ready.sudo(False)

    @classmethod
    def _days_cost_little(cls):
        """Let the clock be replaced once for the class, not once a day.

        Stopping the clock looks through every module that is loaded (20 ms and more); where
        it is replaced already, and that by one that runs on, another day is a pushed value.
        """
        if "_clock" not in cls.__dict__:
            cls._clock = freeze_time(tick=True)
            cls._clock.start()
            cls.addClassCleanup(cls._clock.stop)
