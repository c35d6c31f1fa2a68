"""A self-employed person lets the platform register his income; he agrees in «Мой налог»."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.receipts.errors import BindingExists, InnNeeded, NotSelfEmployed
from shared.receipts.models import Receipt, ReceiptStatus
from shared.receipts.npd_models import BindingStatus, NpdBinding, NpdTask, NpdTaskKind, NpdTaskStatus
from shared.users import service as users
from shared.users.models import TaxStatus, User

REGISTRATION: Final = "INCOME_REGISTRATION"
#: what is asked for, and no more
PERMISSIONS: Final = (REGISTRATION, "INCOME_LIST", "INCOME_SUMMARY", "CANCEL_INCOME")
#: receipts blocked for want of a binding wait with these words
UNBOUND: Final = ("npd_unbound", "npd_permission_missing")


class BindingFacts(NamedTuple):
    """``status`` is None for one who never asked."""

    status: BindingStatus | None
    permissions: tuple[str, ...]


def binding_of(session: Session, user_id: UUID) -> BindingFacts:
    binding = session.get(NpdBinding, user_id)
    if binding is None:
        return BindingFacts(None, ())
    return BindingFacts(binding.status, tuple(binding.permissions))


def request_binding(session: Session, *, user_id: UUID, actor: Actor, now: datetime) -> BindingFacts:
    """Ask for the binding; the schedule speaks to the tax service.

    Asked again while his answer is awaited, it means that he has agreed: the next run asks the service at once.

    :raises NotSelfEmployed, InnNeeded, BindingExists: as they say
    """
    # His own row is the lock: two requests at once are one.
    session.get_one(User, user_id, with_for_update=True)
    profile = users.profile_of(session, user_id)
    if profile.tax_status is not TaxStatus.SELF_EMPLOYED:
        raise NotSelfEmployed
    if profile.inn is None:
        raise InnNeeded
    binding = session.get(NpdBinding, user_id, with_for_update=True)
    if binding is not None and binding.status is BindingStatus.WAITING:
        _ask_at_once(session, user_id, now)
        return BindingFacts(binding.status, ())
    if binding is not None and binding.status is not BindingStatus.REJECTED:
        raise BindingExists
    if binding is None:
        binding = NpdBinding(user_id=user_id)
        session.add(binding)
    binding.status = BindingStatus.REQUESTED
    binding.external_id = None
    binding.permissions = []
    binding.requested_at = now
    ask(session, NpdTaskKind.BIND, user_id, now=now)
    audit.record(session, actor, "npd.binding_requested", entity=("user", user_id), now=now)
    return BindingFacts(binding.status, ())


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
    binding.status = status
    binding.permissions = list(permissions)
    binding.checked_at = now
    audit.record(session, SYSTEM, f"npd.{status}", entity=("user", user_id), now=now)
    if status is BindingStatus.BOUND and REGISTRATION in permissions:
        _take_up_again(session, user_id, now)


def lose(session: Session, user_id: UUID, *, now: datetime) -> None:
    """The tax service says that the taxpayer is not bound (any more), or withdrew the permission."""
    if session.get(NpdBinding, user_id) is not None:
        settle(session, user_id, BindingStatus.REJECTED, (), now=now)


def _take_up_again(session: Session, user_id: UUID, now: datetime) -> None:
    waiting = session.execute(
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
    session.execute(
        update(NpdTask)
        .where(NpdTask.receipt_id.in_(list(waiting)))
        .values(status=NpdTaskStatus.QUEUED, message_id=None, next_at=now, done_at=None)
        .execution_options(synchronize_session=False)
    )
