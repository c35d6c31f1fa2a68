"""One thing that two sides disagree about, as a comparison finds it."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.kernel.money import Money
from shared.reconciliation.models import DifferenceKind


class Found(NamedTuple):
    kind: DifferenceKind
    #: what differs, never personal; with the kind it names the difference from run to run
    subject: str
    #: what the outer side (provider, bank, rule) says; None where it is no sum
    expected: Money | None = None
    #: what the ledger says
    actual: Money | None = None
    terminal: str | None = None
    #: whose comparison alone finds it; None: any day's
    day: date | None = None


def of(
    kind: DifferenceKind, subject: str | UUID, expected: Money | None = None, actual: Money | None = None
) -> Found:
    """One that any day's comparison finds."""
    return Found(kind, str(subject), expected, actual)
