"""Settings of the product under test: new random keys for every run, nothing shared with a real stack."""

import base64
import json
import os
import sys


def _key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def _ring(name: str) -> str:
    return json.dumps({"active": name, "keys": {name: _key()}})


def put() -> None:
    """Set what a function reads, unless a test's subprocess was given it."""
    for name, value in {
        "HOUSLER_STAGE": "test",
        "HOUSLER_KEY_RING": _ring("test"),
        "HOUSLER_INDEX_KEYS": _ring("test"),
        "HOUSLER_TOKEN_KEYS": _ring("test"),
        "HOUSLER_CODE_KEY": _key(),
        "HOUSLER_AUDIT_KEYS": _ring("test"),
        "HOUSLER_PUBLIC_URL": "https://lk.housler.test",
        "HOUSLER_BCRYPT_COST": "4",
        "HOUSLER_PLATFORM_NAME": "ООО «Хауслер»",
        "HOUSLER_PLATFORM_INN": "7700000009",
        "HOUSLER_PLATFORM_FEE_BPS": "200",
        "HOUSLER_CLIENT_ACCOUNT": "40702810900000000001",
        "HOUSLER_PLATFORM_ACCOUNT": "40702810200000000002",
    }.items():
        os.environ.setdefault(name, value)


#: They keep the keys that they made of settings.
_KEEPERS = {"shared.security.key_service", "shared.vault.service"}


def forget() -> None:
    """Have every setting read anew: a test changes the environment, and a process reads it once."""
    for name, module in list(sys.modules.items()):
        if name.startswith("shared.config.") or name in _KEEPERS:
            for each in vars(module).values():
                if hasattr(each, "cache_clear"):
                    each.cache_clear()
