"""Twilio, emulated: what the messaging and telephone channels talk to."""
