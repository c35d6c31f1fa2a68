"""``Idempotency-Key``: the same key and body give the same answer; the record commits with the effect."""

import hashlib
import re
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from chalice.app import Response
from sqlalchemy.orm import Session

from shared.http.caller import Principal
from shared.http.edge import Headers, RawRequest
from shared.idempotency import service as idempotency
from shared.kernel.errors import Invalid

if TYPE_CHECKING:
    from shared.http.function import Operation

_KEY: Final = re.compile(r"[A-Za-z0-9._:-]{8,64}")


class KeyNeeded(Invalid):
    code = "idempotency_key_needed"

    def __init__(self) -> None:
        super().__init__("Нужен заголовок Idempotency-Key: он защищает от повторной операции.")


class KeyMalformed(Invalid):
    code = "idempotency_key_malformed"

    def __init__(self) -> None:
        super().__init__("Idempotency-Key: от 8 до 64 латинских букв, цифр и знаков «.», «_», «:», «-».")


class Replay(NamedTuple):
    """A running request; ``answer`` is set when it ran before."""

    record_id: UUID | None = None
    answer: Response | None = None


def key_of(operation: "Operation", request: RawRequest) -> str | None:
    """:raises KeyNeeded, KeyMalformed: as they say"""
    if operation.repeats == "none":
        return None
    key = request.headers.get("idempotency-key")
    if key is None:
        if operation.repeats == "required":
            raise KeyNeeded
        return None
    if not _KEY.fullmatch(key):
        raise KeyMalformed
    return key


def begin(
    session: Session,
    operation: "Operation",
    request: RawRequest,
    principal: Principal | None,
    *,
    now: datetime,
    lease: bool = False,
) -> Replay:
    key = key_of(operation, request)
    if key is None or principal is None:
        return Replay()
    path = "/".join(f"{name}={value}" for name, value in sorted(request.path_values.items()))
    request_of = f"{path} {principal.organization_id}".encode()
    outcome = idempotency.begin(
        session,
        scope=f"{principal.user_id} {operation.name}",
        key=key,
        content_hash=hashlib.sha256(request_of + b"\x1f" + request.body).digest(),
        lease=lease,
        now=now,
    )
    if isinstance(outcome, idempotency.StoredAnswer):
        headers: Headers = {**outcome.headers, "Idempotency-Replayed": "true"}
        return Replay(answer=Response(outcome.body, headers, outcome.status))
    return Replay(record_id=outcome)


def finish(session: Session, replay: Replay, response: Response) -> None:
    if replay.record_id is None:
        return
    idempotency.finish(
        session,
        replay.record_id,
        status=int(response.status_code),
        headers={
            name: str(value)
            for name, value in response.headers.items()
            if name in {"Content-Type", "ETag", "Location"}
        },
        body=str(response.body),
    )


def release(session: Session, replay: Replay) -> None:
    """A refused request of two transactions may be tried again with the same key."""
    if replay.record_id is not None:
        idempotency.release(session, replay.record_id)
