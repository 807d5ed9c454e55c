"""What went to the test mailbox, and what it counts for."""

from odoo.tools import SQL


def is_real_contact():
    """Whether a row `action` of `dunning_action` counts as a contact with the customer.

    What went to the test mailbox counts while its policy is in test mode, so that the
    whole ladder can be tried. Once the policy is live it was never said to anybody.
    """
    return SQL(
        """
        (action.test_mode IS NOT TRUE OR EXISTS (
            SELECT 1
              FROM dunning_level tested
              JOIN dunning_policy policy ON policy.id = tested.policy_id
             WHERE tested.id = action.level_id AND policy.test_mode))
        """
    )
