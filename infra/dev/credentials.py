"""Keys and passwords of a stack on one machine: made at its first start, kept in ``stack.json`` (mode 0600)."""

import base64
import json
import secrets
from pathlib import Path
from typing import Final

from infra.dev import places

_KEY_BYTES: Final = 32
_TOTP_BYTES: Final = 20
#: Not a secret: a database that outlived its keys (root's may lie elsewhere) is never taken up with new ones.
DATABASE_FOLDER: Final = "DATABASE_FOLDER"
#: one key without a name, in stacks made before index keys could be rotated
_FORMER_INDEX_KEY: Final = "HOUSLER_INDEX_KEY"


def load(folder: Path) -> dict[str, str]:
    """The stack's secrets by the names of the variables that carry them; made once, added to, never changed."""
    file = places.private_folder(folder, passable=True) / "stack.json"
    with places.locked(folder / "stack.lock"):
        kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if _FORMER_INDEX_KEY in kept:  # The data is still to be found by what it made.
            kept.setdefault("HOUSLER_INDEX_KEYS", _named_keys(kept.pop(_FORMER_INDEX_KEY)))
        made = {**_new(), **kept}
        if made != kept:
            places.write_private(file, json.dumps(made, indent=2))
    return made


def _new() -> dict[str, str]:
    return {
        DATABASE_FOLDER: f"postgres-{secrets.token_hex(4)}",
        "HOUSLER_KEY_RING": _named_keys(),
        "HOUSLER_INDEX_KEYS": _named_keys(),
        "HOUSLER_TOKEN_KEYS": _named_keys(),
        "HOUSLER_CODE_KEY": _key(),
        "HOUSLER_AUDIT_KEYS": _named_keys(),
        "AWS_ACCESS_KEY_ID": f"AKIA{secrets.token_hex(8).upper()}",
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
        "YOOKASSA_SHOP_ID": str(100_000 + secrets.randbelow(900_000)),
        "YOOKASSA_SECRET_KEY": f"test_{secrets.token_urlsafe(32)}",
        "YOOKASSA_GATEWAY_ID": str(500_000 + secrets.randbelow(400_000)),
        "YOOKASSA_GATEWAY_SECRET_KEY": f"test_{secrets.token_urlsafe(32)}",
        "TBANK_TERMINALS": _terminals(),
        "SMSRU_API_ID": secrets.token_hex(16).upper(),
        "SMTP_USERNAME": "housler",
        "SMTP_PASSWORD": secrets.token_urlsafe(18),
        "FNS_MASTER_TOKEN": secrets.token_urlsafe(32),
        "FNS_USER_TOKEN": secrets.token_urlsafe(16),
        "SEED_ADMIN_EMAIL": "admin@agency.example",
        "SEED_ADMIN_PASSWORD": secrets.token_urlsafe(12),
        "SEED_OPERATOR_EMAIL": "operator@housler.example",
        "SEED_OPERATOR_PASSWORD": secrets.token_urlsafe(15),
        "SEED_OPERATOR_TOTP_SECRET": base64.b32encode(secrets.token_bytes(_TOTP_BYTES)).decode(),
    }


def _terminals() -> str:
    key = f"{1_700_000_000_000 + secrets.randbelow(10**11)}DEMO"
    return json.dumps({"tbank": {"terminal_key": key, "passwords": [secrets.token_urlsafe(15)]}})


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def _named_keys(first: str | None = None) -> str:
    return json.dumps({"active": "k1", "keys": {"k1": first or _key()}})
