"""QuickBooks Online: OAuth service and accounting API v3 with real books behind them."""

from .emulator import QuickBooksEmulator
from .identity import App
