"""Web Push on the wire: a message sealed for one browser (RFC 8291), and who we are to its push service (RFC 8292).

The curves and ciphers are those of `cryptography`, an optional extra; without it nothing is pushed.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

RECORD = 4096
TOKEN_LASTS = timedelta(hours=12)  # at most 24 hours (RFC 8292 §2)
# Of the group P-256 (FIPS 186-4, D.1.2.3): private keys lie below it.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def is_possible() -> bool:
    """Whether the optional library is here."""
    return find_spec("cryptography") is not None


def encoded(raw: bytes) -> str:
    """base64url without padding, as all of these standards write bytes."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The inverse; raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Identity:
    """Our own key pair, made of the 32 random bytes in the key file."""

    secret: bytes

    @property
    def key(self) -> EllipticCurvePrivateKey:
        from cryptography.hazmat.primitives.asymmetric import ec

        return ec.derive_private_key(int.from_bytes(self.secret, "big") % (ORDER - 1) + 1, ec.SECP256R1())

    @property
    def public(self) -> str:
        """What a browser must know to subscribe."""
        return encoded(_point(self.key))

    def authorization(self, endpoint: str, subject: str, now: datetime) -> str:
        """The header that tells a push service who sends; `subject` is a way to reach us (an address or mailto:)."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + TOKEN_LASTS).timestamp()),
            "sub": subject,
        }
        signed = ".".join(encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={signed}.{signature}, k={self.public}"


def sealed(
    content: bytes, p256dh: str, auth: str, *, key: EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """A content that only the browser of these keys can open: one record of aes128gcm (RFC 8291 §3.4, RFC 8188).

    `key` and `salt` are fresh unless a test gives them. Raises ValueError for keys that are none.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    receiver = decoded(p256dh)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver)
    key, salt = key or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    ours = _point(key)
    shared = key.exchange(ec.ECDH(), theirs)
    secret = _derived(decoded(auth), shared, b"WebPush: info\0" + receiver + ours, 32)
    cipher = AESGCM(_derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + cipher.encrypt(nonce, content + b"\x02", None)


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
