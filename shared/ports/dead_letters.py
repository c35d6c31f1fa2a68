"""Messages that no try could handle, held apart until a person has them tried again."""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class DeadLetter(NamedTuple):
    """One message of a dead-letter queue. ``body`` may hold a payer's data: it is sent on, and never shown."""

    id: UUID
    body: str
    sent_at: datetime
    #: by this place, looking included
    receives: int
    #: before it was last sent again
    earlier_receives: int
    #: what lets it go, or removes it
    handle: str


class DeadLetters(Protocol):
    """Those of one queue. Looking hides a letter from others for a moment."""

    def hold(self, *, most: int) -> list[DeadLetter]:
        """At most ``most`` of those that nobody else holds.

        :raises QueueUnavailable: no trustworthy answer
        """
        ...

    def let_go(self, letters: list[DeadLetter]) -> None:
        """Let others see them at once; whatever goes wrong, time does the same."""
        ...


class Redrive(Protocol):
    def send_again(self, letter: DeadLetter, *, receives: int) -> None:
        """Back to the queue that it came from, then away from here: a death between the two makes a second copy,
        which a worker takes for a redelivery.

        :param receives: what the copy is to tell of its past
        :raises QueueUnavailable: not sent, or sent and not removed
        """
        ...
