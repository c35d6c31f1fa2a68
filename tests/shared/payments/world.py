"""People, agencies and signed deals, as the money's tests need them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.audit.service import SYSTEM
from shared.auth import sessions
from shared.db.session import Transactions
from shared.deals import opening
from shared.deals import service as deals
from shared.deals.models import (
    Deal,
    DealParty,
    DealStatus,
    DealType,
    ExecutorKind,
    PartyRole,
    PaymentStep,
)
from shared.deals.opening import ClientFacts, PlannedStep, Terms
from shared.deals.service import Viewer
from shared.deals.words import PropertyType, ReleaseRule, StepTrigger
from shared.kernel.clock import utc_now
from shared.kernel.money import Money, total
from shared.kernel.roles import Role
from shared.kernel.tax import TaxRegime
from shared.ledger import balances
from shared.organizations import payout_accounts
from shared.organizations import service as organizations
from shared.organizations.models import ServiceSubcontract, SubcontractStatus
from shared.receipts.binding import PERMISSIONS
from shared.receipts.npd_models import BindingStatus, NpdBinding
from shared.users import consents, profiles
from shared.users import service as users
from shared.users.consent_kinds import required
from shared.users.models import User
from shared.vault import service as vault
from shared.vault.service import Sealer
from tests.functions.conftest import Signed

COMMISSION = Money(300_000_00)
CLIENT_PHONE = "+79161234567"
_numbers = count(1)


@dataclass(frozen=True)
class Cast:
    """One signed deal with everybody in it."""

    deal_id: UUID
    agent_id: UUID
    client_id: UUID
    organization_id: UUID | None
    admin_id: UUID | None

    @property
    def agent(self) -> Viewer:
        return Viewer(self.agent_id, Reach.OWN, None)

    @property
    def client(self) -> Viewer:
        return Viewer(self.client_id, Reach.PARTY, None)

    @property
    def admin(self) -> Viewer:
        assert self.admin_id is not None
        return Viewer(self.admin_id, Reach.AGENCY, self.organization_id)


def a_person(session: Session, *, now: datetime, email: str | None = None) -> User:
    number = next(_numbers)
    user = users.create(
        session,
        phone=f"+7990{number:07d}",
        phone_verified_at=now,
        email=email or f"person{number}@example.com",
        now=now,
    )
    consents.give(
        session, user_id=user.id, kinds=required(Role.AGENT), ip="127.0.0.1", user_agent="pytest", now=now
    )
    return user


def a_self_employed(session: Session, *, now: datetime, bound: bool = True, inn: str | None = None) -> User:
    user = a_person(session, now=now)
    inn = inn or f"{770_000_000_000 + next(_numbers)}"
    changes = {
        "full_name": "Смирнов Пётр Ильич",
        "inn": inn,
        "tax_status": "self_employed",
    }
    profiles.update(session, actor=SYSTEM, user_id=user.id, changes=changes, now=now)
    payout_accounts.add_sbp_phone(session, user_id=user.id, bank_id="100000000004", actor=SYSTEM, now=now)
    if bound:
        session.add(a_binding(session, user.id, inn, now=now))
    return user


def a_binding(session: Session, user_id: UUID, inn: str, *, now: datetime) -> NpdBinding:
    """A person's, with everything granted."""
    sealer = Sealer(vault.key_of(session, user_id), table=NpdBinding.__tablename__, row=user_id)
    return NpdBinding(
        user_id=user_id,
        status=BindingStatus.BOUND,
        inn=sealer.seal("inn", inn),
        inn_index=vault.index_of("inn", inn),
        held_inn_index=vault.index_of("inn", inn),
        permissions=list(PERMISSIONS),
        requested_at=now,
    )


def an_agency(session: Session, agent: User, *, now: datetime) -> tuple[UUID, UUID]:
    """An approved agency on VAT whose subcontract with the agent is signed; its id and its admin's."""
    number = next(_numbers)
    admin = a_person(session, now=now)
    agency = organizations.register_agency(
        session,
        name="Общество с ограниченной ответственностью «Дом»",
        short_name="ООО «Дом»",
        inn=f"{7_700_000_000 + number}",
        kpp="770701001",
        ogrn="1027700132195",
        legal_address="г. Москва, ул. Лесная, д. 1",
        city="Москва",
        tax_regime=TaxRegime.OSN,
        email=f"agency{number}@example.com",
        phone="+74950000000",
        admin_id=admin.id,
        actor=SYSTEM,
        now=now,
    )
    organizations.approve(session, agency.id, actor=SYSTEM, now=now)
    session.add(
        ServiceSubcontract(
            organization_id=agency.id,
            agent_id=agent.id,
            share_bps=7_000,
            status=SubcontractStatus.SIGNED,
            created_at=now,
            signed_at=now,
        )
    )
    session.flush()
    return agency.id, admin.id


def a_cast(
    *,
    agency: bool = True,
    steps: Sequence[Money | PlannedStep] = (COMMISSION,),
    hold_days: int = 0,
    bound: bool = True,
    inn: str | None = None,
    client_email: str | None = "anna@example.com",
    now: datetime | None = None,
) -> Cast:
    """A deal that all have signed; the agent alone executes it unless ``agency``."""
    now = now or utc_now() - timedelta(hours=1)
    with Transactions()() as session:
        agent = a_self_employed(session, now=now, bound=bound, inn=inn)
        organization_id, admin_id = an_agency(session, agent, now=now) if agency else (None, None)
        client = a_person(session, now=now)
        deal = opening.open_deal(
            session,
            agent_id=agent.id,
            executor_kind=ExecutorKind.ORG if agency else ExecutorKind.USER,
            organization_id=organization_id,
            terms=_terms(steps, hold_days),
            client=ClientFacts("Соколова Анна Петровна", CLIENT_PHONE, client_email, None, None),
            actor=SYSTEM,
            now=now,
        )
        session.flush()
        _sign(session, deal, client, now)
        return Cast(deal.id, agent.id, client.id, organization_id, admin_id)


def a_step(
    amount: Money, rule: ReleaseRule, *, due_on: date | None = None, milestone: str | None = None
) -> PlannedStep:
    """Paid at once, released by ``rule``."""
    return PlannedStep(amount, StepTrigger.IMMEDIATE, rule, due_on, milestone)


def _terms(steps: Sequence[Money | PlannedStep], hold_days: int) -> Terms:
    plan = [a_step(step, ReleaseRule.IMMEDIATE) if isinstance(step, Money) else step for step in steps]
    return Terms(
        type=DealType.SECONDARY_SELL,
        property_type=PropertyType.APARTMENT,
        address="г. Москва, ул. Лесная, д. 5, кв. 12",
        city="Москва",
        price=Money(12_500_000_00),
        commission_fixed=total([step.amount for step in plan]),
        commission_bps=0,
        hold_days=hold_days,
        silence_days=5,
        exclusive_until=None,
        plan=plan,
    )


def _sign(session: Session, deal: Deal, client: User, now: datetime) -> None:
    terms = deals.current_terms(session, deal.id)
    terms.canonical = f"terms of {deal.id}"
    terms.sha256 = hashlib.sha256(terms.canonical.encode()).digest()
    terms.frozen_at = now
    deal.status = DealStatus.SIGNED
    deal.signed_at = now
    party = session.scalars(
        select(DealParty).where(DealParty.deal_id == deal.id, DealParty.role == PartyRole.CLIENT)
    ).one()
    party.user_id = client.id


def sign_in(user_id: UUID, role: Role) -> Signed:
    with Transactions()() as session:
        pair = sessions.open_session(
            session, user_id=user_id, role=role, ip="127.0.0.1", user_agent="pytest", now=utc_now()
        )
    return Signed(pair.access_token, user_id)


def count_of(model: Any, *conditions: Any) -> int:
    with Transactions()() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def deal_status(deal_id: UUID) -> DealStatus:
    with Transactions()() as session:
        return session.get_one(Deal, deal_id).status


def step_of(deal_id: UUID, step_no: int = 1) -> PaymentStep:
    with Transactions()() as session:
        return session.scalars(
            select(PaymentStep).where(PaymentStep.deal_id == deal_id, PaymentStep.step_no == step_no)
        ).one()


def assert_books_balance() -> None:
    with Transactions()() as session:
        totals = balances.totals(session)
        assert totals.debits == totals.credits
        assert balances.drifted_accounts(session) == []
        assert balances.cover(session).holds
