"""One-time codes and opaque tokens: made by a CSPRNG, stored as keyed hashes."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

CODE_DIGITS = 6


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code_hash(key: bytes, *, request_id: UUID, bound_to: str, code: str) -> bytes:
    """HMAC over the request it was made for and the thing that it confirms."""
    return hmac.digest(key, f"code\x1f{request_id}\x1f{bound_to}\x1f{code}".encode(), hashlib.sha256)


def same(left: bytes, right: bytes) -> bool:
    return hmac.compare_digest(left, right)


def new_token() -> str:
    """256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(key: bytes, token: str) -> bytes:
    return hmac.digest(key, b"token\x1f" + token.encode(), hashlib.sha256)


def derived_token(key: bytes, purpose: str, *parts: UUID) -> str:
    """256 bits, URL-safe, the same for the same parts: for a link that is shown again and again, and stored nowhere."""
    of = b"".join(part.bytes for part in parts)
    digest = hmac.digest(key, f"{purpose}\x1f".encode() + of, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
