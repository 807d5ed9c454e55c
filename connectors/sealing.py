"""Secrets at rest: AES-256-GCM under a key of the installation, each bound to its place.

Pure. A sealed text names the key it was sealed with, so that one that cannot be opened any
more (the database was copied, the key was changed) is told from one that was tampered with.
"""

import base64
import binascii
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .base import Misconfigured

VERSION = "1"
NONCE = 12
SALT = b"collections_addon sealing"


class SealBroken(Misconfigured):
    """What was sealed cannot be opened: it has to be entered again."""


class Sealer:
    """Seals texts under one key.

    :param secret: what the key is derived from; whoever has it can open everything
    :param purpose: other purposes get other keys from the same secret
    """

    def __init__(self, secret: str, purpose: str = "credentials"):
        if len(secret) < 16:
            raise Misconfigured("The secret key of the installation is shorter than 16 letters.")
        derive = HKDF(hashes.SHA256(), 32, salt=SALT, info=purpose.encode())
        key = derive.derive(secret.encode())
        self.key_id = hashlib.sha256(key).hexdigest()[:8]
        self._cipher = AESGCM(key)

    def seal(self, text: str, place: str) -> str:
        """Seal a text.

        :param place: where it belongs, such as `12/refresh`: it can be opened nowhere else
        """
        nonce = os.urandom(NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())
        return ".".join((VERSION, self.key_id, base64.urlsafe_b64encode(sealed).decode()))

    def unseal(self, sealed: str, place: str) -> str:
        """Open what was sealed for this place.

        :raises SealBroken: when it was sealed by another key, for another place, or changed
        """
        version, key_id, body = (sealed.split(".", 2) + ["", ""])[:3]
        if version != VERSION or key_id != self.key_id:
            raise SealBroken(
                "The stored credentials were sealed by another installation or another key: "
                "enter them again and connect again."
            )
        try:
            raw = base64.b64decode(body, altchars=b"-_", validate=True)
            return self._cipher.decrypt(raw[:NONCE], raw[NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            text = "The stored credentials were damaged: enter them again and connect again."
            raise SealBroken(text) from None
