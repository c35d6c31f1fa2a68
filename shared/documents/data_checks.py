"""Rules that fields of a document's data keep. Each raises ValueError with a text that holds no value."""

import re

_PHONE = re.compile(r"\+[0-9]{8,15}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_steps_numbered(numbers: list[int]) -> None:
    """:raises ValueError: not 1, 2, 3, … in this order"""
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        raise ValueError("steps must be numbered 1, 2, 3, …")


def check_days(hold_days: int, silence_days: int) -> None:
    """:raises ValueError: a negative hold, or no day to read an act"""
    if hold_days < 0 or silence_days < 1:
        raise ValueError("hold_days must be 0 or more, silence_days 1 or more")


def check_url(url: str) -> None:
    """:raises ValueError: not a web address"""
    if not url.startswith(("https://", "http://")):
        raise ValueError("verification_url must be a web address")


def check_positive(value: int, name: str) -> None:
    """:raises ValueError: zero or less"""
    if value <= 0:
        raise ValueError(f"{name} must be more than 0")


def check_phone(phone: str) -> None:
    """:raises ValueError: not E.164"""
    if not _PHONE.fullmatch(phone):
        raise ValueError("phone must be E.164")


def check_inn(inn: str, *, digits: int) -> None:
    """:param digits: 10 for an organization, 12 for a person
    :raises ValueError: of another length
    """
    if not re.fullmatch(rf"[0-9]{{{digits}}}", inn):
        raise ValueError(f"inn must have {digits} digits")


def check_sha256(digest: str) -> None:
    """:raises ValueError: not 64 lower-case hex digits"""
    if not _SHA256.fullmatch(digest):
        raise ValueError("sha256 must be 64 hex digits")
