"""Signatures of webhooks: over the bytes as they came, in constant time, closed without a key."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def header(headers: Mapping[str, str], name: str) -> str:
    """Return a header whatever the case of its name."""
    for known, value in headers.items():
        if known.lower() == name:
            return value or ""
    return ""


def is_signed(raw: bytes, signature: str, key: str | None) -> bool:
    """Whether a signature is base64 of HMAC-SHA256 over the raw body.

    The signature we expect is compared as text: what cannot be decoded is simply not equal.

    :param raw: the body before anything parsed it
    :param key: without one nothing is ever signed
    """
    if not key or not signature or not isinstance(raw, bytes):
        return False
    expected = base64.b64encode(hmac.new(key.encode(), raw, hashlib.sha256).digest())
    given = signature.strip().encode("utf-8", "replace")
    return hmac.compare_digest(expected, given)
