"""Meta: the WhatsApp Cloud API, as its requests and webhooks are documented."""

from .emulator import MetaEmulator, signature
