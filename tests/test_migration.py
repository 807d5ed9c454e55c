"""Upgrades: the shape an older version left behind, and what the migration makes of it."""

import re
from pathlib import Path

from odoo.modules.migration import exec_script
from odoo.modules.module import get_manifest
from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import CollectionsCommon

MODULE = "collections_addon"


@tagged("post_install", "-at_install")
class TestMigration(CollectionsCommon):
    def _migrate(self, version, script):
        self.env.flush_all()
        path = file_path(f"{MODULE}/migrations/{version}/{script}")
        exec_script(self.env.cr, "19.0.0.1.0", path, MODULE, script.split("-")[0])
        self.env.invalidate_all()

    def test_levels_from_test_mode_are_gone_after_the_upgrade_to_0_2_0(self):
        """Until 0.1.0 they stayed on real customers when test mode ended."""
        tested = self._invoice(self.customer, 100, due="2026-03-05")
        told = self._invoice(self._customer("Told"), 50, due="2026-03-05")
        self._live("2026-03-10", "2026-03-10")
        listing = self._contacts().filtered(lambda a: a.partner_id == self.customer)
        listing.test_mode = True  # as it was written while the policy was in test mode
        self.env.flush_all()
        self.assertEqual(tested.dunning_level_id.name, "Friendly")
        self._migrate("19.0.0.2.0", "post-test-mode-levels.py")
        self.assertFalse(tested.dunning_level_id)
        self.assertFalse(self._lines(tested).dunning_last_date)
        self.assertEqual(told.dunning_level_id.name, "Friendly")
        self._migrate("19.0.0.2.0", "post-test-mode-levels.py")
        self.assertFalse(tested.dunning_level_id, "twice is once")

    def test_words_of_customers_know_their_days_after_the_upgrade_to_0_2_0(self):
        """Until 0.1.0 only the history told when a promise was moved or cancelled."""
        self._invoice(self.customer, 100, due="2026-03-05")
        words = {"partner_id": self.customer.id, "amount": 80, "made_on": "2026-03-10"}
        moved = self.env["collections.promise"].create({**words, "date": "2026-04-20"})
        silent = self.env["collections.announcement"].create({**words, "date": "2026-03-20"})
        moved.state = silent.state = "cancelled"
        for moment, field, old in (
            ("2026-03-12 09:00:00", "date", {"old_value_datetime": "2026-03-20"}),
            ("2026-03-15 09:00:00", "amount", {"old_value_float": 60}),
            ("2026-03-15 09:30:00", "date", {"old_value_datetime": "2026-03-25"}),
            ("2026-03-18 09:00:00", "state", {"old_value_char": "Open"}),
        ):
            note = moved.message_post(body="", subtype_xmlid="mail.mt_note")
            note.sudo().date = moment
            name = self.env["ir.model.fields"]._get("collections.promise", field).id
            self.env["mail.tracking.value"].sudo().create(
                {"mail_message_id": note.id, "field_id": name, **old}
            )
        for _time in ("once", "twice is once"):
            self._migrate("19.0.0.2.0", "post-words-of-customers.py")
            self.assertEqual(str(moved.cancelled_on), "2026-03-18")
            self.assertEqual(
                moved.former_words,
                [["2026-03-12", "2026-03-20", 60], ["2026-03-15", "2026-03-25", 60]],
            )
            self.assertTrue(silent.cancelled_on, "the day of its last change")
            self.assertFalse(silent.former_words)

    def test_the_manifest_is_not_behind_the_migrations(self):
        version = get_manifest(MODULE)["version"]
        self.assertRegex(version, r"^19\.0\.\d+\.\d+\.\d+$")
        folders = [
            path.name
            for path in self._migrations()
            if re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", path.name)
        ]
        self.assertTrue(folders)
        newest = max(folders, key=self._key)
        self.assertLessEqual(self._key(newest), self._key(version))

    def test_every_migration_script_has_a_stage_and_a_migrate(self):
        for folder in self._migrations():
            scripts = [path for path in folder.iterdir() if path.suffix == ".py"]
            self.assertTrue(scripts, folder.name)
            for script in scripts:
                self.assertRegex(script.name, r"^(pre|post|end)-")
                self.assertIn("def migrate(cr, version):", script.read_text())

    def _migrations(self):
        return [p for p in Path(file_path(f"{MODULE}/migrations")).iterdir() if p.is_dir()]

    @staticmethod
    def _key(version):
        return tuple(int(part) for part in version.split("."))
