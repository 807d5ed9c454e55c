"""A firm whose reminders go over real SMTP to a catcher on this machine."""

from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tools import mute_logger

from .common import CollectionsCommon
from .smtp_catcher import SmtpCatcher

DAY = "2026-03-20"
#: Core reports a failed transmission as an error; here it is what is tested.
CORE_COMPLAINS = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")


class EmailCommon(CollectionsCommon):
    """:meth:`_remind` runs the evaluation of a day and sends its messages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catcher = cls.enterClassContext(SmtpCatcher())
        cls.env["ir.mail_server"].search([]).active = False
        cls.server = cls.env["ir.mail_server"].create(
            {
                "name": "Catcher",
                "smtp_host": "127.0.0.1",
                "smtp_port": cls.catcher.port,
                "smtp_encryption": "none",
            }
        )
        cls.company.write({"phone": "+1 555 0100", "street": "1 Harbor Road"})
        cls.company.name = "Lighthouse"

    def setUp(self):
        super().setUp()
        self.startPatch(IrMail_Server, "_disable_send", classmethod(lambda cls: False))
        self.catcher.forget()

    @classmethod
    def classPatch(cls, target, name, value):
        patcher = patch.object(target, name, value)
        patcher.start()
        cls.addClassCleanup(patcher.stop)

    def startPatch(self, target, name, value):
        patcher = patch.object(target, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def _remind(self, day=DAY, hour=12):
        """Evaluate and send; the contacts of that day."""
        with self.day(day, hour) as now:
            run = self._run(day)
            with mute_logger(*CORE_COMPLAINS):
                self._dispatch(now)
        return run.action_ids

    def _again(self, day=DAY, hour=13):
        with self.day(day, hour) as now, mute_logger(*CORE_COMPLAINS):
            return self._dispatch(now)

    def _only_message(self, address=None):
        messages = self.catcher.to(address or self.customer.email)
        self.assertEqual(len(messages), 1, f"messages to {address}: {len(messages)}")
        return messages[0]

    def _html(self, message):
        return message.get_body(("html",)).get_content()

    def _plain(self, message):
        return message.get_body(("plain",)).get_content()

    def _files(self, message):
        return {part.get_filename(): part for part in message.iter_attachments()}

    def _install_lang(self, code):
        self.env["res.lang"]._activate_lang(code)
