"""Sending a text message. An unknown outcome is never resent by the adapter: a second live code would follow."""

from enum import StrEnum
from typing import NamedTuple, Protocol


class SmsOutcome(StrEnum):
    ACCEPTED = "accepted"  # the provider took it and gave an id
    REFUSED_RECIPIENT = "refused_recipient"  # this phone can't be sent to: tell the user
    COOL_DOWN = "cool_down"  # too many to this phone: the earlier code stays valid
    REFUSED = "refused"  # our account or our request is at fault: an operator must look
    TRY_LATER = "try_later"  # the provider is busy, nothing was sent
    UNKNOWN = "unknown"  # no answer after the request had gone out


class SmsResult(NamedTuple):
    outcome: SmsOutcome
    provider_message_id: str | None = None
    #: the provider's own status code as text, for operators
    provider_code: str | None = None


class SmsSender(Protocol):
    def send(self, *, phone: str, text: str, user_ip: str | None) -> SmsResult:
        """Send ``text`` to ``phone`` (E.164, ``+79…``); never raises for an outcome."""
        ...
