"""Xero: identity service and accounting API 2.0 with a real ledger behind them."""

from .emulator import XeroEmulator
from .identity import App
