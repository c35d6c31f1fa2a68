"""Limits on what is asked, each refused with the field's name (docs of the API, November 2026)."""

import re

from localstack.standins.yookassa.bank import Document
from localstack.standins.yookassa.problems import invalid

MAX_DESCRIPTION = 128
MAX_METADATA_KEYS = 16
MAX_METADATA_KEY = 32
MAX_METADATA_VALUE = 512
AMOUNT = re.compile(r"[0-9]{1,12}\.[0-9]{2}")
PHONE = re.compile(r"[0-9]{11,15}")


def section(body: Document, name: str) -> Document:
    """A required object within the body."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise invalid(name, "A required object is missing")
    return value


def kopecks_of(body: Document, *, low: int, high: int) -> int:
    """Check ``amount`` and give it as kopecks."""
    amount = section(body, "amount")
    value = amount.get("value")
    if not isinstance(value, str) or not AMOUNT.fullmatch(value):
        raise invalid("amount.value", "Amount is a string with two digits after the point")
    if amount.get("currency") != "RUB":
        raise invalid("amount.currency", "Only RUB is served")
    kopecks = int(value.replace(".", ""))
    if not low <= kopecks <= high:
        raise invalid("amount.value", "Amount is out of the limits of this method")
    return kopecks


def rubles(kopecks: int) -> Document:
    whole, rest = divmod(kopecks, 100)
    return {"value": f"{whole}.{rest:02d}", "currency": "RUB"}


def description_of(body: Document) -> Document:
    """``{"description": …}`` or nothing, to be merged into the object."""
    value = body.get("description")
    if value is None:
        return {}
    if not isinstance(value, str) or len(value) > MAX_DESCRIPTION:
        raise invalid("description", f"Description is a string of up to {MAX_DESCRIPTION} characters")
    return {"description": value}


def metadata_of(body: Document) -> Document:
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict) or len(metadata) > MAX_METADATA_KEYS:
        raise invalid("metadata", f"Metadata is an object of up to {MAX_METADATA_KEYS} keys")
    for key, value in metadata.items():
        if len(key) > MAX_METADATA_KEY:
            raise invalid("metadata", f"A key is up to {MAX_METADATA_KEY} characters")
        if not isinstance(value, str) or len(value) > MAX_METADATA_VALUE:
            raise invalid(f"metadata.{key}", f"A value is a string of up to {MAX_METADATA_VALUE} characters")
    return metadata
