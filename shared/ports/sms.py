"""Sending a text message. An unknown outcome is never resent by the adapter: a second live code would follow."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


class SmsOutcome(StrEnum):
    ACCEPTED = "accepted"  # the provider took it and gave an id
    REFUSED_RECIPIENT = "refused_recipient"  # this phone can't be sent to: tell the user
    COOL_DOWN = "cool_down"  # too many to this phone: the earlier code stays valid
    REFUSED = "refused"  # our account or our request is at fault
    TRY_LATER = "try_later"  # the provider is busy, nothing was sent
    UNKNOWN = "unknown"  # no answer after the request had gone out


class SmsResult(NamedTuple):
    outcome: SmsOutcome
    provider_message_id: str | None = None
    #: the provider's own status code as text, for operators
    provider_code: str | None = None
    #: nothing reaches anybody until a person mends our account: its key, money, sender or limits
    account_at_fault: bool = False


class SmsSender(Protocol):
    def send(self, *, phone: str, text: str, user_ip: str | None) -> SmsResult:
        """Send ``text`` to ``phone`` (E.164, ``+79…``); never raises for an outcome."""
        ...


class SmsProgress(StrEnum):
    """Where an accepted message is."""

    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    NOT_FOUND = "not_found"  # the provider doesn't know the id


class SmsReport(NamedTuple):
    """What the provider says of one message, sooner or later, perhaps more than once."""

    provider_message_id: str
    progress: SmsProgress
    provider_code: str
    #: when it came to be so by the provider's clock, where it says that
    reported_at: datetime | None = None


class SmsProviderSilent(Exception):
    """The provider gave no answer that can be read, or refused; the text is its code or the kind of failure."""


class SmsAccount(Protocol):
    """Our account at the provider. Each call may raise ``SmsProviderSilent``."""

    def balance_kopecks(self) -> int: ...

    def day_limit(self) -> tuple[int, int]:
        """Messages that may be sent in a day, and those sent today."""
        ...

    def reports(self, provider_message_ids: Sequence[str]) -> list[SmsReport]:
        """:param provider_message_ids: 100 at most"""
        ...


class ForgedCallback(Exception):
    """It wasn't the provider who sent this: the text says what is wrong, and nothing of the content."""
