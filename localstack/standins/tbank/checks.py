"""Limits on what Init is asked, each with the bank's own code (papers of November 2026)."""

from datetime import datetime, timedelta

from localstack.standins.tbank.bank import Document
from localstack.standins.tbank.problems import Problem

LEAST_KOPECKS = 10_00
MOST_ORDER_ID = 36
MOST_DESCRIPTION = 140  # for SBP
MOST_DATA = 20
MOST_DATA_NAME = 20
MOST_DATA_VALUE = 100
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=90)
DEFAULT_WINDOW = timedelta(hours=24)


def amount_of(body: Document, *, least: int = LEAST_KOPECKS) -> int:
    amount = body.get("Amount")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < least:
        raise Problem("251", f"Amount is a whole number of kopecks from {least}")
    return amount


def words_of(body: Document) -> Document:
    """``OrderId``, ``Description`` and ``DATA``, checked."""
    order_id, description, data = body.get("OrderId"), body.get("Description"), body.get("DATA") or {}
    if not isinstance(order_id, str) or not 1 <= len(order_id) <= MOST_ORDER_ID:
        raise Problem("212", f"Размер поля OrderId должен быть от 1 до {MOST_ORDER_ID}")
    if description is not None and (
        not isinstance(description, str) or not 1 <= len(description) <= MOST_DESCRIPTION
    ):
        raise Problem("213", f"Размер поля Description должен быть от 1 до {MOST_DESCRIPTION}")
    if body.get("PayType", "O") != "O":
        raise Problem("8", "SBP knows no two stages")
    if not isinstance(data, dict) or len(data) > MOST_DATA:
        raise Problem("207", "DATA")
    for name, value in data.items():
        if len(name) > MOST_DATA_NAME:
            raise Problem("208", name)
        if not isinstance(value, str) or len(value) > MOST_DATA_VALUE:
            raise Problem("209", name)
    return {"OrderId": order_id, "Description": description or ""}


def deadline_of(body: Document, now: datetime) -> datetime:
    written = body.get("RedirectDueDate")
    if written is None:
        return now + DEFAULT_WINDOW
    try:
        due = datetime.fromisoformat(str(written))
    except ValueError:
        raise Problem("12", "not a moment") from None
    # A minute of tolerance below: what was a minute ahead when it was written arrives a moment later.
    if due.tzinfo is None or not now < due <= now + LONGEST + SHORTEST:
        raise Problem("12", "from a minute to 90 days, with its zone")
    return due
