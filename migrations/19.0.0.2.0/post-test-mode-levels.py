"""Levels that came from messages in test mode no longer count once a policy is live."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Derive anew the levels of all items that a message in test mode has listed."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    actions = env["dunning.action"].search([("test_mode", "=", True)])
    lines = actions.item_ids.move_line_id
    lines._dunning_recompute_levels(lines.ids)
