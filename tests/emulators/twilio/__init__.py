"""Twilio, emulated: what the messaging and telephone channels talk to."""

from .emulator import TwilioEmulator, signature
