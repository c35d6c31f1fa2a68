"""A self-employed person lets the platform register his income under his INN; he agrees in «Мой налог»."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Exists, exists, select, update
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.db.errors import on_constraint
from shared.receipts.errors import BindingExists, InnNeeded, InnTaken, NotSelfEmployed
from shared.receipts.models import Receipt, ReceiptStatus
from shared.receipts.npd_models import BindingStatus, NpdBinding, NpdTask, NpdTaskKind, NpdTaskStatus
from shared.users import service as users
from shared.users.models import TaxStatus, User
from shared.vault import service as vault
from shared.vault.service import Sealer

REGISTRATION: Final = "INCOME_REGISTRATION"
#: what is asked for, and no more
PERMISSIONS: Final = (REGISTRATION, "INCOME_LIST", "INCOME_SUMMARY", "CANCEL_INCOME")
#: receipts blocked for want of a binding wait with these words
UNBOUND: Final = ("npd_unbound", "npd_permission_missing")
#: last code of a message whose answer no longer matters: another INN was asked for since
REPLACED: Final = "REPLACED"

on_constraint("uq_npd_bindings_live_inn", InnTaken)


class BindingFacts(NamedTuple):
    """``status`` is None for one who never asked."""

    status: BindingStatus | None
    permissions: tuple[str, ...]


def binding_of(session: Session, user_id: UUID) -> BindingFacts:
    binding = session.get(NpdBinding, user_id)
    if binding is None:
        return BindingFacts(None, ())
    return BindingFacts(binding.status, tuple(binding.permissions))


def inn_of(session: Session, binding: NpdBinding) -> str:
    """The INN that the binding is for; :raises KeyDestroyed: the person's data was erased"""
    return _sealer(session, binding.user_id).open("inn", binding.inn)


def was_held(session: Session, binding: NpdBinding) -> bool:
    """The tax service took a request for this very INN from this person before, and he didn't turn it down."""
    return is_for(session, binding, binding.held_inn_index)


def is_for(session: Session, binding: NpdBinding, inn_index: bytes | None) -> bool:
    """Whether the binding is for the INN that this blind index was made of, by whatever index key."""
    return inn_index is not None and inn_index in _indexes(session, binding)


def request_binding(session: Session, *, user_id: UUID, actor: Actor, now: datetime) -> BindingFacts:
    """Ask for a binding to the profile's INN as it is now; the schedule speaks to the tax service.

    Asked again while his answer is awaited, it means that he has agreed: the next run asks the service at once.
    With another INN in his profile by then, it replaces the former binding.

    :raises NotSelfEmployed, InnNeeded, BindingExists: as they say
    :raises InnTaken: another person's binding has this INN
    """
    # His own row is the lock: two requests at once are one.
    session.get_one(User, user_id, with_for_update=True)
    profile = users.profile_of(session, user_id)
    if profile.tax_status is not TaxStatus.SELF_EMPLOYED:
        raise NotSelfEmployed
    if profile.inn is None:
        raise InnNeeded
    wanted = vault.indexes_of("inn", profile.inn)
    binding = session.get(NpdBinding, user_id, with_for_update=True)
    if binding is not None and binding.status is not BindingStatus.REJECTED:
        if binding.status is BindingStatus.WAITING and binding.inn_index in wanted:
            _ask_at_once(session, user_id, now)
            return BindingFacts(binding.status, ())
        if binding.status is BindingStatus.REQUESTED or binding.inn_index in wanted:
            raise BindingExists
    if session.scalar(select(_live_with(wanted, but=user_id))):
        raise InnTaken
    before = None if binding is None else binding.status
    binding = binding or NpdBinding(user_id=user_id)
    _begin(session, binding, profile.inn, now)
    record_change(session, binding, before=before, actor=actor, now=now)
    return BindingFacts(BindingStatus.REQUESTED, ())


def _begin(session: Session, binding: NpdBinding, inn: str, now: datetime) -> None:
    _drop_questions(session, binding.user_id, now)
    binding.status = BindingStatus.REQUESTED
    binding.inn = _sealer(session, binding.user_id).seal("inn", inn)
    binding.inn_index = vault.index_of("inn", inn)
    binding.external_id = None
    binding.permissions = []
    binding.requested_at = now
    session.add(binding)
    session.flush()
    ask(session, NpdTaskKind.BIND, binding.user_id, now=now)


def _drop_questions(session: Session, user_id: UUID, now: datetime) -> None:
    """What was asked about a former INN must not settle the new one."""
    session.execute(
        update(NpdTask)
        .where(
            NpdTask.taxpayer_id == user_id,
            NpdTask.kind != NpdTaskKind.INCOME,
            NpdTask.status.in_((NpdTaskStatus.QUEUED, NpdTaskStatus.SENT)),
        )
        .values(status=NpdTaskStatus.FAILED, last_code=REPLACED, done_at=now)
        .execution_options(synchronize_session=False)
    )


def _live_with(wanted: tuple[bytes, ...], *, but: UUID) -> Exists:
    return exists().where(
        NpdBinding.inn_index.in_(wanted),
        NpdBinding.user_id != but,
        NpdBinding.status != BindingStatus.REJECTED,
    )


def _indexes(session: Session, binding: NpdBinding) -> tuple[bytes, ...]:
    """Every index that this binding's INN may have been written down with."""
    return vault.indexes_of("inn", inn_of(session, binding))


def _sealer(session: Session, user_id: UUID) -> Sealer:
    return Sealer(vault.key_of(session, user_id), table=NpdBinding.__tablename__, row=user_id)


def ask(session: Session, kind: NpdTaskKind, user_id: UUID, *, now: datetime) -> None:
    """Queue a message about the taxpayer himself: ``bind`` or ``bind_status``."""
    session.add(
        NpdTask(
            kind=kind,
            taxpayer_id=user_id,
            status=NpdTaskStatus.QUEUED,
            tries=0,
            next_at=now,
            created_at=now,
        )
    )


def _ask_at_once(session: Session, user_id: UUID, now: datetime) -> None:
    session.execute(
        update(NpdTask)
        .where(
            NpdTask.taxpayer_id == user_id,
            NpdTask.kind == NpdTaskKind.BIND_STATUS,
            NpdTask.status == NpdTaskStatus.QUEUED,
        )
        .values(next_at=now)
        .execution_options(synchronize_session=False)
    )


def settle(
    session: Session, user_id: UUID, status: BindingStatus, permissions: tuple[str, ...], *, now: datetime
) -> None:
    """What came of the request; receipts that waited for a binding go on once it is there."""
    binding = session.get_one(NpdBinding, user_id, with_for_update=True)
    before, binding.status = binding.status, status
    binding.permissions = list(permissions)
    binding.checked_at = now
    record_change(session, binding, before=before, actor=SYSTEM, now=now)
    if status is not BindingStatus.BOUND:
        return
    _hold_inn(session, binding)
    if REGISTRATION in permissions:
        _take_up_again(session, user_id, now)


def record_change(
    session: Session, binding: NpdBinding, *, before: BindingStatus | None, actor: Actor, now: datetime
) -> None:
    """``npd.{status}`` of the person; ``before`` is None for a first request."""
    audit.record(
        session,
        actor,
        f"npd.{binding.status}",
        entity=("user", binding.user_id),
        before=None if before is None else {"status": before},
        after={"status": binding.status, "permissions": ",".join(binding.permissions)},
        now=now,
    )


def _hold_inn(session: Session, binding: NpdBinding) -> None:
    """It is this person's INN, and nobody else's, whatever was asked for before."""
    session.execute(
        update(NpdBinding)
        .where(
            NpdBinding.held_inn_index.in_(_indexes(session, binding)),
            NpdBinding.user_id != binding.user_id,
        )
        .values(held_inn_index=None)
        .execution_options(synchronize_session=False)
    )
    binding.held_inn_index = binding.inn_index


def disown(session: Session, user_id: UUID) -> None:
    """The taxpayer turned the request down: it proves nothing about whose INN it is."""
    session.get_one(NpdBinding, user_id, with_for_update=True).held_inn_index = None


def lose(session: Session, user_id: UUID, *, now: datetime) -> None:
    """The tax service says that the taxpayer is not bound (any more), or withdrew the permission."""
    binding = session.get(NpdBinding, user_id, with_for_update=True)
    if binding is not None and binding.status is BindingStatus.BOUND:
        settle(session, user_id, BindingStatus.REJECTED, (), now=now)


def _take_up_again(session: Session, user_id: UUID, now: datetime) -> None:
    waiting = list(
        session.execute(
            update(Receipt)
            .where(
                Receipt.taxpayer_id == user_id,
                Receipt.status == ReceiptStatus.BLOCKED,
                Receipt.hold_reason.in_(UNBOUND),
            )
            .values(status=ReceiptStatus.PLANNED, hold_reason=None)
            .returning(Receipt.id)
            .execution_options(synchronize_session=False)
        ).scalars()
    )
    for receipt_id in waiting:
        audit.record(
            session,
            SYSTEM,
            "receipt.taken_up",
            entity=("receipt", receipt_id),
            before={"status": ReceiptStatus.BLOCKED},
            after={"status": ReceiptStatus.PLANNED},
            now=now,
        )
    session.execute(
        update(NpdTask)
        .where(NpdTask.receipt_id.in_(waiting))
        .values(status=NpdTaskStatus.QUEUED, message_id=None, next_at=now, done_at=None)
        .execution_options(synchronize_session=False)
    )
