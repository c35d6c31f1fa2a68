"""bcrypt over a pre-hash, so that its 72-byte limit doesn't bite."""

import base64
import hashlib
from functools import cache

import bcrypt


def _prehash(password: str) -> bytes:
    # base64, since bcrypt stops at a zero byte of a raw digest
    return base64.b64encode(hashlib.sha256(password.encode()).digest())


def hash_password(password: str, *, cost: int) -> str:
    return bcrypt.hashpw(_prehash(password), bcrypt.gensalt(rounds=cost)).decode()


def password_matches(password: str, hashed: str | None, *, cost: int) -> bool:
    """Compare; the same work is done where the account has no password or doesn't exist."""
    known = hashed or _nobodys_hash(cost)
    matches = bcrypt.checkpw(_prehash(password), known.encode())
    return matches and hashed is not None


@cache
def _nobodys_hash(cost: int) -> str:
    return bcrypt.hashpw(b"nobody", bcrypt.gensalt(rounds=cost)).decode()
