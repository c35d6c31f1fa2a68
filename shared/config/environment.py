"""Reading settings from the environment: one frozen class per concern, validated on first use.

A concern's module looks like ``shared/config/sms.py``: a frozen dataclass, and a ``load()`` kept by
``functools.cache``. Tests that change the environment call ``load.cache_clear()``.
"""

import os
from enum import StrEnum
from typing import Final

#: what decides whether anything may be read, and so is read first
_JUDGED_BY: Final = frozenset({"HOUSLER_STAGE", "SMS_TEST_MODE"})


class SettingsError(Exception):
    """A setting is missing or wrong; the text names the variable and never its value."""


class Stage(StrEnum):
    LOCAL = "local"
    TEST = "test"
    PRODUCTION = "production"


def text(name: str, default: str | None = None) -> str:
    """:raises SettingsError: not set, or this service must not run at all (see ``_refuse_test_mode_in_production``)"""
    if name not in _JUDGED_BY:
        _refuse_test_mode_in_production()
    value = os.environ.get(name, default)
    if value is None or not value.strip():
        raise SettingsError(f"set {name}")
    return value


def optional(name: str) -> str | None:
    _refuse_test_mode_in_production()
    return os.environ.get(name) or None


def integer(name: str, default: int | None = None, *, low: int = 0, high: int = 2**31) -> int:
    raw = text(name, None if default is None else str(default))
    try:
        value = int(raw)
    except ValueError:
        raise SettingsError(f"{name} must be a whole number") from None
    if not low <= value <= high:
        raise SettingsError(f"{name} must lie between {low} and {high}")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    raw = text(name, "1" if default else "0")
    if raw not in {"0", "1"}:
        raise SettingsError(f"{name} must be 0 or 1")
    return raw == "1"


def stage() -> Stage:
    """``HOUSLER_STAGE``; production unless said otherwise, so that a forgotten variable is the safe one."""
    raw = text("HOUSLER_STAGE", Stage.PRODUCTION)
    try:
        return Stage(raw)
    except ValueError:
        raise SettingsError("HOUSLER_STAGE must be local, test or production") from None


def sms_test_mode() -> bool:
    """``SMS_TEST_MODE``: the phones of demonstrations get codes that everybody knows (``shared/kernel/demo_phones.py``)."""
    return flag("SMS_TEST_MODE")


def _refuse_test_mode_in_production() -> None:
    """Stands before every setting: with codes that everybody knows nothing may run where people sign.

    :raises SettingsError: it would
    """
    if sms_test_mode() and is_production():
        raise SettingsError("SMS_TEST_MODE must be 0 in production")


def is_production() -> bool:
    return stage() is Stage.PRODUCTION


def https_in_production(name: str, url: str) -> str:
    """:raises SettingsError: plain HTTP in production"""
    if is_production() and not url.startswith("https://"):
        raise SettingsError(f"{name} must be an https address in production")
    return url
