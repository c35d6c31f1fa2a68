"""Destroying one person's data: what is written in the open, what finds him, and the keys of what is sealed.

Rows stay where others hang on them, emptied. A blind index that may not be NULL becomes random bytes: it finds nobody.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from shared.auth.contact_models import ContactChange
from shared.auth.models import OtpSession
from shared.auth.registration_models import Registration
from shared.auth.session_models import AuthSession, RefreshToken
from shared.idempotency.models import IdempotencyKey
from shared.organizations.payout_account_models import PayoutAccount
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.receipts.npd_models import BindingStatus, NpdBinding, NpdTask, NpdTaskKind, NpdTaskStatus
from shared.security.pii import Sealed
from shared.signatures.models import SignatureRequest
from shared.users import service as users
from shared.users.models import User, UserProfile, UserStatus
from shared.vault import service as vault

_INDEX_BYTES: Final = 32
#: last code of a question to the tax service that nobody waits for
_ERASED: Final = "TAXPAYER_ERASED"


class Traces(NamedTuple):
    """By what a person is found beside his id: blind indexes of the contacts that he proved, under every index key."""

    phones: tuple[bytes, ...]
    emails: tuple[bytes, ...]

    @property
    def all(self) -> tuple[bytes, ...]:
        return self.phones + self.emails


def traces_of(session: Session, user: User) -> Traces:
    known = users.contacts(session, user)
    phone = known.phone if user.phone_verified_at is not None else None
    email = known.email if user.email_verified_at is not None else None
    return Traces(
        () if phone is None else vault.indexes_of("phone", phone),
        () if email is None else vault.indexes_of("email", email),
    )


def nobody() -> bytes:
    """A blind index of nothing."""
    return os.urandom(_INDEX_BYTES)


def sign_out(session: Session, user_id: UUID) -> None:
    """Sessions go with their addresses and devices; their tokens, and what these confirmed, go first."""
    own = select(AuthSession.id).where(AuthSession.user_id == user_id)
    session.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(own)))
    session.execute(delete(AuthSession).where(AuthSession.user_id == user_id))


def forget_codes(session: Session, user_id: UUID, traces: Traces, *, now: datetime) -> None:
    """Codes that confirmed no signature go; of the others only what the signature's evidence needs stays."""
    codes: Sequence[OtpSession] = session.scalars(
        select(OtpSession).where(or_(OtpSession.user_id == user_id, OtpSession.address_index.in_(traces.all)))
    ).all()
    vault.destroy(session, [code.id for code in codes], now=now)
    asked = select(SignatureRequest.otp_id).where(SignatureRequest.otp_id.in_([code.id for code in codes]))
    of_signatures = set(session.scalars(asked))
    for code in codes:
        if code.id in of_signatures:
            code.address_index, code.ip = nobody(), ""
        else:
            session.delete(code)
    session.flush()


def forget_registrations(session: Session, traces: Traces, *, now: datetime) -> None:
    gone = session.scalars(
        delete(Registration).where(Registration.phone_index.in_(traces.phones)).returning(Registration.id)
    ).all()
    vault.destroy(session, gone, now=now)


def forget_answers(session: Session, user_id: UUID, *, now: datetime) -> None:
    """Stored answers hold profiles and deals; that of the request that runs isn't stored yet."""
    gone = session.scalars(
        delete(IdempotencyKey)
        .where(IdempotencyKey.scope.startswith(f"{user_id} "), IdempotencyKey.answer_status.is_not(None))
        .returning(IdempotencyKey.id)
    ).all()
    vault.destroy(session, gone, now=now)


def forget_accounts(session: Session, user_id: UUID, *, now: datetime) -> None:
    """Where he was paid: the rows stay beside the payouts, without details."""
    for account in session.scalars(select(PayoutAccount).where(PayoutAccount.owner_user_id == user_id)):
        account.details = Sealed(b"")
        account.is_default = False
        account.removed_at = account.removed_at or now
    session.flush()


def forget_contact_changes(session: Session, user_id: UUID) -> None:
    for change in session.scalars(select(ContactChange).where(ContactChange.user_id == user_id)):
        change.new_address_index = nobody()
    session.flush()


def drop_notices(session: Session, user_id: UUID, *, now: datetime) -> None:
    """What was to be told to him has nobody to be told to."""
    accounts = select(PayoutAccount.id).where(PayoutAccount.owner_user_id == user_id)
    changes = select(ContactChange.id).where(ContactChange.user_id == user_id)
    about = {
        "user_id": [str(user_id)],
        "account_id": [str(each) for each in session.scalars(accounts)],
        "change_id": [str(each) for each in session.scalars(changes)],
    }
    his = [OutboxMessage.payload[name].astext.in_(ids) for name, ids in about.items()]
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.status == OutboxStatus.PENDING, or_(*his))
        .values(status=OutboxStatus.DONE, done_at=now)
        .execution_options(synchronize_session=False)
    )


def unbind(session: Session, user_id: UUID, *, now: datetime) -> bool:
    """End his binding at the tax service on our side; whether he must end it on theirs."""
    binding = session.get(NpdBinding, user_id, with_for_update=True, populate_existing=True)
    if binding is None:
        return False
    was_known = binding.status in {BindingStatus.WAITING, BindingStatus.BOUND}
    binding.status, binding.permissions = BindingStatus.REJECTED, []
    binding.inn_index, binding.held_inn_index, binding.external_id = nobody(), None, None
    session.execute(
        update(NpdTask)
        .where(
            NpdTask.taxpayer_id == user_id,
            NpdTask.kind != NpdTaskKind.INCOME,
            NpdTask.status.in_((NpdTaskStatus.QUEUED, NpdTaskStatus.SENT)),
        )
        .values(status=NpdTaskStatus.FAILED, last_code=_ERASED, done_at=now)
        .execution_options(synchronize_session=False)
    )
    return was_known


def empty_account(session: Session, user: User, *, now: datetime) -> None:
    """Nothing is left of the account but its id and its days; the same contacts may register anew."""
    profile = session.get_one(UserProfile, user.id, with_for_update=True)
    profile.full_name = profile.inn = profile.passport = profile.address = None
    profile.inn_index = profile.passport_index = None
    profile.city = profile.tax_status = None
    profile.updated_at = now
    user.phone = user.email = None
    user.phone_index = user.email_index = None
    user.phone_verified_at = user.email_verified_at = None
    user.password_hash = user.password_changed_at = user.payouts_held_until = None
    user.status, user.erased_at, user.updated_at = UserStatus.ERASED, now, now
    session.flush()
    vault.destroy(session, [user.id], now=now)
