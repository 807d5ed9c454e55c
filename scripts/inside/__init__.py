"""Programs that run inside Odoo; started by the commands, with Odoo importable."""
