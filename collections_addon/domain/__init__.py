"""Pure business rules: no ``odoo`` import, no input or output, no clock.

Everything here takes facts and a date as arguments and returns decisions.
"""
