"""Looking at dead letters and having them tried again. What a message holds stays unseen: it may be a payer's data."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.desk import failures
from shared.desk.errors import DeadLetterOutOfSight, DeadLettersUnavailable, QueueUnknown
from shared.desk.failures import Failure
from shared.desk.letter_kinds import kinds_of
from shared.observability import log
from shared.ports.dead_letters import DeadLetter, DeadLetters, Redrive
from shared.ports.queue import QueueUnavailable

#: A queue is looked at so far, and so many are sent again at once.
MOST: Final = 100

Part = TypeVar("Part")

Places = Mapping[str, Callable[[], DeadLetters]]
Redrives = Mapping[str, Callable[[], Redrive]]


class ListedLetter(NamedTuple):
    id: UUID
    queue: str
    kind: str
    sent_at: datetime
    #: tries in all, those before it was sent again included
    receive_count: int
    #: the name of an exception's type; None where the worker died before it could tell
    reason: str | None


def look(transactions: Transactions, *, places: Places, queue: str | None) -> list[ListedLetter]:
    """Those that nobody else holds, oldest first; at most ``MOST`` of each queue.

    :param queue: None: all of them
    :raises QueueUnknown, DeadLettersUnavailable: as they say
    """
    listed: list[ListedLetter] = []
    for name in places if queue is None else [queue]:
        place = _of(places, name)
        letters = _held(place)
        try:
            with transactions() as session:
                listed += described(session, name, letters)
        finally:
            place.let_go(letters)
    return sorted(listed, key=lambda each: each.sent_at)


def replay(
    transactions: Transactions,
    *,
    places: Places,
    redrives: Redrives,
    queue: str,
    letter_id: UUID,
    actor: Actor,
    now: datetime,
) -> ListedLetter:
    """Send one letter back to its queue; a worker that has handled it already changes nothing.

    :raises QueueUnknown, DeadLetterOutOfSight, DeadLettersUnavailable: as they say
    """
    place = _of(places, queue)
    held = _held(place)
    wanted = [each for each in held if each.id == letter_id]
    try:
        if not wanted:
            raise DeadLetterOutOfSight
        (told,) = _ordered(transactions, queue, wanted, actor, now)
        _of(redrives, queue).send_again(wanted[0], receives=told.receive_count)
    except QueueUnavailable:
        raise DeadLettersUnavailable from None
    finally:
        place.let_go([each for each in held if each.id != letter_id])
    return told


def replay_all(
    transactions: Transactions,
    *,
    places: Places,
    redrives: Redrives,
    queue: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Send up to ``MOST`` letters back to their queue; how many were sent.

    :raises QueueUnknown, DeadLettersUnavailable: as they say; the second when not one was sent
    """
    place = _of(places, queue)
    held = _held(place)
    told = _ordered(transactions, queue, held, actor, now)
    redrive = _of(redrives, queue)
    sent = 0
    try:
        for letter, facts in zip(held, told, strict=True):
            redrive.send_again(letter, receives=facts.receive_count)
            sent += 1
    except QueueUnavailable:
        log.write("dead_letters_left", level="warning", letters=len(held) - sent)
        place.let_go(held[sent:])
        if sent == 0:
            raise DeadLettersUnavailable from None
    return sent


def described(session: Session, queue: str, letters: Sequence[DeadLetter]) -> list[ListedLetter]:
    """In the order of ``letters``."""
    kinds = kinds_of(session, queue, letters)
    known = failures.of(session, queue=queue, message_ids=[str(each.id) for each in letters])
    return [_listed(each, queue, kinds[each.id], known.get(str(each.id))) for each in letters]


def _listed(letter: DeadLetter, queue: str, kind: str, failure: Failure | None) -> ListedLetter:
    """What was noted is what counts: looking at a letter receives it too."""
    tries = letter.receives if failure is None else failure.failures
    reason = None if failure is None else failure.reason
    return ListedLetter(letter.id, queue, kind, letter.sent_at, letter.earlier_receives + tries, reason)


def _ordered(
    transactions: Transactions, queue: str, letters: Sequence[DeadLetter], actor: Actor, now: datetime
) -> list[ListedLetter]:
    """Write down who has them tried again: before it happens, since nobody could take it back."""
    with transactions() as session:
        told = described(session, queue, letters)
        for each in told:
            audit.record(
                session,
                actor,
                "dead_letter.replayed",
                entity=("dead_letter", each.id),
                after={"queue": queue, "kind": each.kind, "receive_count": each.receive_count},
                now=now,
            )
    return told


def _held(place: DeadLetters) -> list[DeadLetter]:
    try:
        return place.hold(most=MOST)
    except QueueUnavailable:
        raise DeadLettersUnavailable from None


def _of(parts: Mapping[str, Callable[[], Part]], queue: str) -> Part:
    if queue not in parts:
        raise QueueUnknown
    return parts[queue]()
