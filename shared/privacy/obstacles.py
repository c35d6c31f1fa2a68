"""What must end before a person's data can be destroyed: others rely on it, or money is still owed."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from shared.auth.staff_models import StaffMember
from shared.deals.models import Deal, DealParty, DealStatus
from shared.kernel.money import Money, total
from shared.ledger import balances
from shared.organizations.models import (
    MemberRole,
    Organization,
    OrganizationMember,
    OrganizationStatus,
    ServiceSubcontract,
    SubcontractStatus,
)
from shared.payouts.models import Payout, PayoutStatus
from shared.privacy.errors import Obstacle
from shared.receipts.models import Receipt, ReceiptStatus
from shared.users.models import User, UserStatus

#: a draft binds nobody: it is cancelled with the erasure
_NOT_LIVE: Final = (DealStatus.DRAFT, DealStatus.CANCELLED, DealStatus.CLOSED)
_UNREGISTERED: Final = (ReceiptStatus.PLANNED, ReceiptStatus.SENDING, ReceiptStatus.BLOCKED)
#: of numbers and names in one sentence
_NAMED: Final = 10


def of(session: Session, user: User) -> list[Obstacle]:
    """Every reason at once, so that nobody meets them one by one."""
    return [found for look in _LOOKS if (found := look(session, user)) is not None]


def in_deal(user_id: UUID) -> ColumnElement[bool]:
    """The deal is the person's as its agent, its executor or a party."""
    party = exists().where(DealParty.deal_id == Deal.id, DealParty.user_id == user_id)
    return or_(Deal.agent_id == user_id, Deal.executor_user_id.is_not_distinct_from(user_id), party)


def _blocked(_session: Session, user: User) -> Obstacle | None:
    if user.status is not UserStatus.BLOCKED:
        return None
    return Obstacle(
        "account_blocked", "Аккаунт заблокирован: напишите в поддержку, чтобы завершить проверку."
    )


def _staff(session: Session, user: User) -> Obstacle | None:
    if not session.scalar(
        select(exists().where(StaffMember.user_id == user.id, StaffMember.disabled_at.is_(None)))
    ):
        return None
    return Obstacle("staff", "Вы сотрудник платформы: сначала администратор закрывает ваш доступ.")


def _live_deals(session: Session, user: User) -> Obstacle | None:
    numbers = session.scalars(
        select(Deal.number)
        .where(Deal.status.not_in(_NOT_LIVE), in_deal(user.id))
        .order_by(Deal.created_at)
        .limit(_NAMED)
    ).all()
    if not numbers:
        return None
    listed = ", ".join(numbers)
    return Obstacle("live_deals", f"Не завершены сделки: {listed}. Дождитесь их закрытия или отмените их.")


def _unpaid(session: Session, user: User) -> Obstacle | None:
    amounts = session.scalars(
        select(Payout.amount_kopecks).where(
            Payout.owner_user_id == user.id, Payout.status != PayoutStatus.SUCCEEDED
        )
    ).all()
    if not amounts:
        return None
    return Obstacle("unpaid_payouts", f"Вам не выплачено {total(list(amounts))}. Дождитесь выплаты.")


def _debt(session: Session, user: User) -> Obstacle | None:
    owed = balances.owed_by(session, user.id)
    if owed == Money.zero():
        return None
    return Obstacle("debt", f"За вами долг {owed} по возвратам. Погасите его: напишите в поддержку.")


def _receipts(session: Session, user: User) -> Obstacle | None:
    if not session.scalar(
        select(exists().where(Receipt.taxpayer_id == user.id, Receipt.status.in_(_UNREGISTERED)))
    ):
        return None
    return Obstacle("unregistered_receipts", "Оформлены не все ваши чеки. Причины указаны в разделе «Чеки».")


def _subcontracts(session: Session, user: User) -> Obstacle | None:
    names = session.scalars(
        select(Organization.short_name)
        .join(ServiceSubcontract, ServiceSubcontract.organization_id == Organization.id)
        .where(ServiceSubcontract.agent_id == user.id, ServiceSubcontract.status != SubcontractStatus.ENDED)
        .order_by(Organization.short_name)
        .limit(_NAMED)
    ).all()
    if not names:
        return None
    listed = ", ".join(names)
    return Obstacle(
        "open_subcontracts", f"Действует договор с агентством: {listed}. Попросите завершить его."
    )


def _last_admin(session: Session, user: User) -> Obstacle | None:
    other, person = aliased(OrganizationMember), aliased(User)
    another = (
        select(other.id)
        .join(person, person.id == other.user_id)
        .where(
            other.organization_id == Organization.id,
            other.user_id != user.id,
            other.member_role == MemberRole.ADMIN,
            other.removed_at.is_(None),
            person.status == UserStatus.ACTIVE,
        )
    )
    names = session.scalars(
        select(Organization.short_name)
        .join(OrganizationMember, OrganizationMember.organization_id == Organization.id)
        .where(
            OrganizationMember.user_id == user.id,
            OrganizationMember.member_role == MemberRole.ADMIN,
            OrganizationMember.removed_at.is_(None),
            Organization.status != OrganizationStatus.REJECTED,
            ~another.exists(),
        )
        .order_by(Organization.short_name)
        .limit(_NAMED)
    ).all()
    if not names:
        return None
    listed = ", ".join(names)
    return Obstacle(
        "last_admin", f"Вы единственный администратор: {listed}. Сначала назначьте другого или закройте её."
    )


_LOOKS: Final[tuple[Callable[[Session, User], Obstacle | None], ...]] = (
    _blocked,
    _staff,
    _live_deals,
    _unpaid,
    _debt,
    _receipts,
    _subcontracts,
    _last_admin,
)
