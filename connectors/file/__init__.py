"""Open items of any ledger, from CSV and XLSX files."""

from . import adapter
