"""Sending a letter. An unknown outcome is never resent by the adapter."""

from enum import StrEnum
from typing import NamedTuple, Protocol


class Letter(NamedTuple):
    """``text``: paragraphs with an empty line between them, from which the adapter makes the HTML part too."""

    recipient: str
    subject: str
    text: str


class EmailOutcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED_RECIPIENT = "refused_recipient"  # permanent (5xx for this address)
    REFUSED = "refused"  # our account or message is at fault: an operator must look
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
