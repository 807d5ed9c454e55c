"""Make the company and the people that the tests' classes start from, once for all of them."""

import argparse
from unittest.mock import patch

from session import environment


def main():
    """Make it as core's tests do, and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    arguments = parser.parse_args()
    with environment(arguments.config, arguments.database) as env:
        from odoo.addons.collections_addon.tests import common, quick_common

        class Firm(common.CollectionsCommon):
            pass

        Firm.env, mine = env, env.user.company_ids
        Firm.company = Firm._create_company(name=quick_common.COMPANY)
        env.user.company_ids = mine
        hashes = patch.object(
            env.registry["res.users"], "_crypt_context", lambda users: quick_common.HASHES
        )
        with hashes:
            for group in common.GROUPS:
                Firm._user(group).active = False
        env.cr.commit()


if __name__ == "__main__":
    main()
