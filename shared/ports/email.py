"""Sending a letter. An unknown outcome is never resent by the adapter."""

from enum import StrEnum
from typing import NamedTuple, Protocol


class Letter(NamedTuple):
    recipient: str
    subject: str
    text: str
    html: str | None = None


class EmailOutcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED_RECIPIENT = "refused_recipient"  # permanent (5xx for this address)
    REFUSED = "refused"  # our account or message is at fault
    TRY_LATER = "try_later"  # temporary (4xx), or no connection: nothing was sent
    UNKNOWN = "unknown"  # silence after DATA


class EmailResult(NamedTuple):
    outcome: EmailOutcome
    message_id: str | None = None
    provider_code: str | None = None


class EmailSender(Protocol):
    def send(self, letter: Letter) -> EmailResult:
        """Send one letter; never raises for an outcome.

        :raises ValueError: a line break in an address or subject (header injection)
        """
        ...
