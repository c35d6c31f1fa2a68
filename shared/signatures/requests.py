"""Asking for the code of a signature: written down with what it will sign, sent to the verified phone."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import codes
from shared.auth.models import CodeChannel, CodePurpose, OtpSession
from shared.db.session import Transactions
from shared.deals.service import Viewer
from shared.documents import events, reading
from shared.kernel.identifiers import new_id
from shared.ports.sms import SmsSender
from shared.signatures import sets, signers
from shared.signatures.models import SignatureRequest


class Requested(NamedTuple):
    """What the person sees beside the field for the code."""

    request_id: UUID
    text: str
    phone_hint: str
    expires_at: datetime


class _Written(NamedTuple):
    requested: Requested
    otp_id: UUID
    phone: str
    sms: str


def request_code(
    transactions: Transactions,
    *,
    document_id: UUID,
    viewer: Viewer,
    sms: SmsSender,
    actor: Actor,
    now: datetime,
) -> Requested:
    """Send a code that signs this document as it is, and nothing else.

    :raises DocumentNotFound: also for somebody else's document
    The refusals of ``signers.person_for``, ``codes.issue`` and ``codes.record_sms`` pass through.
    """
    with transactions() as session:
        written = _write(session, document_id, viewer, actor, now)
    result = sms.send(phone=written.phone, text=written.sms, user_ip=actor.ip)
    with transactions() as session:
        codes.record_sms(session, written.otp_id, result, now=now)
    return written.requested


def _write(session: Session, document_id: UUID, viewer: Viewer, actor: Actor, now: datetime) -> _Written:
    document = reading.visible_document(session, document_id, viewer, lock=True)
    person = signers.person_for(session, document, viewer, now=now)
    document_set = sets.of([document])
    issued = codes.issue(
        session,
        purpose=CodePurpose.SIGNATURE,
        channel=CodeChannel.SMS,
        address=person.phone,
        user_id=person.user_id,
        bound_to=bound_to(person.user_id, document_set.sha256),
        ip=actor.ip or "",
        now=now,
    )
    session.flush()
    request = SignatureRequest(
        id=new_id(),
        user_id=person.user_id,
        otp_id=issued.otp_id,
        document_set=document_set.documents,
        set_sha256=document_set.sha256,
        text_shown=document_set.text_shown,
        created_at=now,
    )
    session.add(request)
    events.append(
        session,
        document,
        events.CODE_REQUESTED,
        actor_id=person.user_id,
        facts={"request_id": str(request.id), "set_sha256": document_set.sha256.hex()},
        now=now,
    )
    audit.record(
        session,
        actor,
        "signature.requested",
        entity=("document", document.id),
        after={"side": person.signer.side},
        now=now,
    )
    expires_at = session.get_one(OtpSession, issued.otp_id).expires_at
    requested = Requested(request.id, document_set.text_shown, hint(person.phone), expires_at)
    return _Written(
        requested, issued.otp_id, person.phone, sets.sms_text(issued.code, document_set.sms_subject)
    )


def bound_to(user_id: UUID, set_sha256: bytes) -> str:
    """The stored code is bound to the person and to the very set that he was shown."""
    return f"{user_id}:{set_sha256.hex()}"


def hint(phone: str) -> str:
    """A phone as its owner recognises it: +7 *** ***-12-34."""
    return f"+7 *** ***-{phone[-4:-2]}-{phone[-2:]}"
