"""What a dead letter is about, in a word that names nobody."""

import json
import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.outbox.models import OutboxMessage, Topic
from shared.ports.dead_letters import DeadLetter

UNREADABLE: Final = "unreadable"
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z_.]{0,63}")
_TOPICS: Final = {topic.value for topic in Topic}


def kinds_of(session: Session, queue: str, letters: Sequence[DeadLetter]) -> dict[UUID, str]:
    """By the letter's id: the kind of the bank's event or of the outbox message, else ``unreadable``."""
    if queue in _TOPICS:
        return _of_outbox(session, letters)
    return {each.id: _of_service(each.body) for each in letters}


def _of_outbox(session: Session, letters: Sequence[DeadLetter]) -> dict[UUID, str]:
    meant = {each.id: _id_in(each.body) for each in letters}
    asked = select(OutboxMessage.id, OutboxMessage.kind).where(OutboxMessage.id.in_(meant.values()))
    kinds = {row.id: row.kind for row in session.execute(asked)}
    return {
        letter_id: UNREADABLE if message_id is None else kinds.get(message_id, "gone")
        for letter_id, message_id in meant.items()
    }


def _id_in(body: str) -> UUID | None:
    try:
        return UUID(body)
    except ValueError:
        return None


def _of_service(body: str) -> str:
    message = _object(body)
    if "reports" in message:
        return "reports"
    said = _object(message.get("body"))
    word = said.get("event", said.get("Status"))
    return word if isinstance(word, str) and _WORD.fullmatch(word) else UNREADABLE


def _object(text: object) -> dict[str, object]:
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
