{
    "name": "Collections",
    "summary": "Get paid: dunning, disputes, promises and payment plans over every channel",
    "version": "19.0.0.1.0",
    "category": "Accounting/Collections",
    "author": "collections_addon contributors",
    "license": "LGPL-3",
    "depends": [
        "account",
        "account_payment",
        "portal",
        "resource",
        "digest",
        "base_setup",
    ],
    "data": [
        # Security
        "security/collections_groups.xml",
        "security/ir.model.access.csv",
        "security/collections_rules.xml",
        # Data
        "data/dunning_outcome.xml",
        "data/collections_aging_bucket.xml",
        "data/dunning_policy.xml",
        "data/collections_segment.xml",
        "data/ir_cron.xml",
        # Views
        "views/dunning_simulation_views.xml",
    ],
    "demo": [],
    "application": True,
    "installable": True,
}
