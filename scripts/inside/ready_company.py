"""Make the company that the tests' classes start from, once for all of them."""

import argparse

from session import environment


def main():
    """Make it as core's tests do, and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    arguments = parser.parse_args()
    with environment(arguments.config, arguments.database) as env:
        from odoo.addons.collections_addon.tests import quick_common

        class Firm(quick_common.AccountTestInvoicingCommon):
            pass

        Firm.env, mine = env, env.user.company_ids
        Firm._create_company(name=quick_common.COMPANY)
        env.user.company_ids = mine
        env.cr.commit()


if __name__ == "__main__":
    main()
