"""One-time codes: issued for one purpose, address and thing; confirmed once, within five minutes and five tries."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.auth import provider_alarms
from shared.auth.errors import (
    CodeBudgetSpent,
    CodeExpired,
    CodeTooSoon,
    NoLiveCode,
    RecipientRefused,
    SendingUnavailable,
    WrongCode,
)
from shared.auth.models import CodeChannel, CodeDelivery, CodePurpose, OtpSession
from shared.config import auth, environment, secrets
from shared.kernel import demo_phones
from shared.kernel.identifiers import new_id
from shared.limits import service as limits
from shared.observability import log
from shared.ports.email import EmailOutcome, EmailResult
from shared.ports.sms import SmsOutcome, SmsResult
from shared.security.codes import code_hash, new_code, same
from shared.vault import service as vault
from shared.vault.models import KeyOwner
from shared.vault.service import Sealer

_DAY: Final = timedelta(days=1)
#: Many people share a mobile operator's address; one who sweeps through phone numbers passes this soon.
_CODES_PER_PEER: Final = 300
_PEER_WINDOW: Final = timedelta(hours=1)
#: any constant of ours: the first half of an advisory lock on an address
_LOCK_SPACE: Final = 7_311
_ADDRESS_KINDS: Final = {CodeChannel.SMS: "phone", CodeChannel.EMAIL: "email"}
_PEOPLE_CALL_IT: Final = {CodeChannel.SMS: "этот номер", CodeChannel.EMAIL: "этот адрес"}


class IssuedCode(NamedTuple):
    """The code exists here and in the message to the person, nowhere else."""

    otp_id: UUID
    code: str


def issue(
    session: Session,
    *,
    purpose: CodePurpose,
    channel: CodeChannel,
    address: str,
    user_id: UUID | None,
    bound_to: str,
    ip: str,
    now: datetime,
) -> IssuedCode:
    """Make a code; it replaces the one that lives for the same purpose and address.

    :param address: E.164, or a normalised e-mail address
    :param bound_to: what it confirms besides its purpose, e.g. a signature's set hash; may be empty
    :raises CodeTooSoon: the last one is unused and younger than ``HOUSLER_CODE_RESEND_SECONDS``
    :raises CodeBudgetSpent: in 24 hours the address had ``HOUSLER_CODES_PER_DAY`` for this, or the peer too many
    """
    settings = auth.load()
    indexes = _indexes(channel, address)
    _one_at_a_time(session, indexes)
    live = _live(session, purpose, indexes)
    _refuse_too_soon(live, settings.resend_seconds, now)
    _charge(session, purpose, indexes, ip=ip, budget=settings.codes_per_address_per_day, now=now)
    if live is not None:
        live.replaced_at = now
        session.flush()
    otp_id, code = new_id(), _code_for(address)
    sealer = Sealer(
        vault.create_key(session, otp_id, KeyOwner.CODE, now=now), table=OtpSession.__tablename__, row=otp_id
    )
    session.add(
        OtpSession(
            id=otp_id,
            purpose=purpose,
            channel=channel,
            user_id=user_id,
            address=sealer.seal("address", address),
            address_index=indexes[0],
            bound_to=bound_to,
            code_hash=code_hash(secrets.code_key(), request_id=otp_id, bound_to=bound_to, code=code),
            tries=0,
            delivery=CodeDelivery.PENDING,
            ip=ip,
            created_at=now,
            expires_at=now + timedelta(seconds=settings.code_seconds),
        )
    )
    session.flush()
    return IssuedCode(otp_id, code)


def _code_for(address: str) -> str:
    if environment.sms_test_mode() and demo_phones.is_demo_phone(address):
        return demo_phones.known_code(address)
    return new_code()


def _one_at_a_time(session: Session, indexes: tuple[bytes, ...]) -> None:
    """Two requests for one address at once: the second sees the first one's code.

    While index keys are rotated, functions with different active keys meet at the one that both know.
    """
    for index in sorted(indexes):
        session.execute(
            select(func.pg_advisory_xact_lock(_LOCK_SPACE, int.from_bytes(index[:4], signed=True)))
        )


def _refuse_too_soon(live: OtpSession | None, resend_seconds: int, now: datetime) -> None:
    if live is None:
        return
    wait = resend_seconds - int((now - live.created_at).total_seconds())
    if wait > 0:
        raise CodeTooSoon(wait)


def record_sms(session: Session, otp_id: UUID, result: SmsResult, *, now: datetime) -> None:
    """Keep what became of the message. Where it may have gone out, the code stays valid.

    Where nothing was sent the code dies, and the one that it had replaced lives on.

    :raises RecipientRefused: this phone can't be sent to
    :raises CodeTooSoon: the provider wants a pause; the earlier code is still good
    :raises SendingUnavailable: the provider is busy, or refuses us (then an operator finds a task, or a bug in the log)
    """
    delivery = {SmsOutcome.ACCEPTED: CodeDelivery.ACCEPTED, SmsOutcome.UNKNOWN: CodeDelivery.UNKNOWN}
    row = _recorded(
        session,
        otp_id,
        delivery.get(result.outcome, CodeDelivery.REFUSED),
        result.provider_message_id,
        result.provider_code,
    )
    if result.account_at_fault:
        provider_alarms.sms(session, f"code_{result.provider_code}", now=now)
    match result.outcome:
        case SmsOutcome.REFUSED_RECIPIENT:
            raise RecipientRefused(_PEOPLE_CALL_IT[row.channel])
        case SmsOutcome.COOL_DOWN:
            raise CodeTooSoon(max(1, auth.load().resend_seconds))
        case SmsOutcome.REFUSED | SmsOutcome.TRY_LATER:
            log.error("sms_not_sent", outcome=result.outcome, provider_code=result.provider_code)
            raise SendingUnavailable


def record_email(session: Session, otp_id: UUID, result: EmailResult, *, now: datetime) -> None:
    """Like ``record_sms``.

    :raises RecipientRefused: the server knows no such mailbox
    :raises SendingUnavailable: it is busy, or refuses us (then an operator finds a task)
    """
    delivery = {EmailOutcome.ACCEPTED: CodeDelivery.ACCEPTED, EmailOutcome.UNKNOWN: CodeDelivery.UNKNOWN}
    row = _recorded(
        session,
        otp_id,
        delivery.get(result.outcome, CodeDelivery.REFUSED),
        result.message_id,
        result.provider_code,
    )
    if result.outcome is EmailOutcome.REFUSED:
        provider_alarms.mail(session, f"code_{result.provider_code}", now=now)
    match result.outcome:
        case EmailOutcome.REFUSED_RECIPIENT:
            raise RecipientRefused(_PEOPLE_CALL_IT[row.channel])
        case EmailOutcome.REFUSED | EmailOutcome.TRY_LATER:
            log.error("email_not_sent", outcome=result.outcome, provider_code=result.provider_code)
            raise SendingUnavailable


def confirm(
    session: Session, *, purpose: CodePurpose, address: str, bound_to: str, code: str, now: datetime
) -> OtpSession:
    """Use the code up.

    All refusals are ``CodeRefused`` to the outside.

    :raises WrongCode: also for another ``bound_to``; it counts as a try
    :raises CodeExpired: too old, or its tries are spent
    :raises NoLiveCode: none was asked for, or it was used
    """
    channel = CodeChannel.EMAIL if "@" in address else CodeChannel.SMS
    row = _live(session, purpose, _indexes(channel, address))
    if row is None:
        raise NoLiveCode
    limit = auth.load().code_tries
    if row.expires_at <= now or row.tries >= limit:
        raise CodeExpired
    given = code_hash(secrets.code_key(), request_id=row.id, bound_to=bound_to, code=code)
    if not same(given, row.code_hash):
        row.tries += 1
        session.flush()
        raise WrongCode(limit - row.tries)
    row.used_at = now
    session.flush()
    return row


def _indexes(channel: CodeChannel, address: str) -> tuple[bytes, ...]:
    """The first is written."""
    return vault.indexes_of(_ADDRESS_KINDS[channel], address)


def _live(session: Session, purpose: CodePurpose, indexes: tuple[bytes, ...]) -> OtpSession | None:
    """The one code that is neither used nor replaced, locked: tries and uses of one code queue up here."""
    return session.scalars(
        select(OtpSession)
        .where(
            OtpSession.purpose == purpose,
            OtpSession.address_index.in_(indexes),
            OtpSession.used_at.is_(None),
            OtpSession.replaced_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()


def _charge(
    session: Session, purpose: CodePurpose, indexes: tuple[bytes, ...], *, ip: str, budget: int, now: datetime
) -> None:
    """Each purpose has a budget of its own: anybody may ask for sign-in codes, and must not stop signatures by it."""
    spent, oldest = session.execute(
        select(func.count(), func.min(OtpSession.created_at)).where(
            OtpSession.address_index.in_(indexes),
            OtpSession.created_at > now - _DAY,
            OtpSession.purpose == purpose,
            OtpSession.delivery != CodeDelivery.REFUSED,
        )
    ).one()
    if spent >= budget:
        raise CodeBudgetSpent(max(1, int((oldest + _DAY - now).total_seconds())))
    limits.take(
        session,
        vault.index_of("code-peer", ip),
        limit=_CODES_PER_PEER,
        window=_PEER_WINDOW,
        refusal=CodeBudgetSpent,
        now=now,
    )


def _recorded(
    session: Session, otp_id: UUID, delivery: CodeDelivery, message_id: str | None, provider_code: str | None
) -> OtpSession:
    row = session.get_one(OtpSession, otp_id, with_for_update=True)
    row.delivery = delivery
    row.provider_message_id = message_id
    row.provider_code = provider_code
    if delivery is CodeDelivery.REFUSED and row.used_at is None and row.replaced_at is None:
        row.replaced_at = row.created_at
        session.flush()
        _revive_former(session, row)
    session.flush()
    return row


def _revive_former(session: Session, refused: OtpSession) -> None:
    sealer = Sealer(vault.key_of(session, refused.id), table=OtpSession.__tablename__, row=refused.id)
    address = sealer.open("address", refused.address)
    former = session.scalars(
        select(OtpSession)
        .where(
            OtpSession.purpose == refused.purpose,
            OtpSession.address_index.in_(_indexes(refused.channel, address)),
            OtpSession.replaced_at == refused.created_at,
            OtpSession.id != refused.id,
            OtpSession.used_at.is_(None),
            OtpSession.delivery != CodeDelivery.REFUSED,
        )
        .with_for_update()
    ).one_or_none()
    if former is not None:
        former.replaced_at = None
