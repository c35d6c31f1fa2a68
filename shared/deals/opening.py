"""An agent opens a deal: his draft with its parties, terms, plan and split rule."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.config import platform
from shared.deals import executors
from shared.deals.errors import AdvanceTooSmall, DealTypeNotReady, PartiesCollide, PlanDoesNotSum
from shared.deals.executors import ChosenExecutor
from shared.deals.models import (
    Deal,
    DealParty,
    DealStatus,
    DealTerms,
    DealType,
    ExecutorKind,
    PartyKind,
    PartyRole,
    PaymentStep,
    StepStatus,
)
from shared.deals.words import PropertyType, ReleaseRule, StepTrigger
from shared.kernel.clock import moscow_date
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.kernel.tax import vat_bps
from shared.vault import service as vault
from shared.vault.models import KeyOwner

#: deal types whose contract exists
_READY: Final = frozenset({DealType.SECONDARY_SELL})
#: less can neither be paid nor taxed
_LEAST_ADVANCE: Final = Money(1_00)


class ClientFacts(NamedTuple):
    """The client as the agent typed him in; ``passport`` is JSON-ready, see ``documents.contract_data``."""

    name: str
    phone: str
    email: str | None
    address: str | None
    passport: dict[str, str] | None


class PlannedStep(NamedTuple):
    amount: Money
    trigger: StepTrigger
    release_rule: ReleaseRule
    due_on: date | None
    milestone: str | None
    is_advance: bool = False


class Advance(NamedTuple):
    """The part of the commission that is paid first: a sum, or in bps a share of the commission."""

    fixed: Money | None
    bps: int | None
    release_rule: ReleaseRule

    def of(self, commission: Money) -> Money:
        return self.fixed or commission.share(self.bps or 0)


class Terms(NamedTuple):
    """What was agreed; sums in kopecks, ``commission_bps`` a share of the price.

    ``plan`` holds the steps that follow the advance.
    """

    type: DealType
    property_type: PropertyType
    address: str
    city: str
    price: Money
    commission_fixed: Money
    commission_bps: int
    hold_days: int
    silence_days: int
    exclusive_until: date | None
    plan: Sequence[PlannedStep]
    advance: Advance | None = None

    @property
    def commission(self) -> Money:
        return self.commission_fixed + self.price.share(self.commission_bps)

    @property
    def steps(self) -> list[PlannedStep]:
        """The whole plan; an advance is its first step, due at once."""
        if self.advance is None:
            return list(self.plan)
        amount, rule = self.advance.of(self.commission), self.advance.release_rule
        first = PlannedStep(amount, StepTrigger.IMMEDIATE, rule, None, None, is_advance=True)
        return [first, *self.plan]


def open_deal(
    session: Session,
    *,
    agent_id: UUID,
    executor_kind: ExecutorKind,
    organization_id: UUID | None,
    terms: Terms,
    client: ClientFacts,
    actor: Actor,
    now: datetime,
) -> Deal:
    """Write down a draft; for the refusals of the executor see ``executors.choose``.

    :param organization_id: the agency that the agent acts for, where the executor is one

    :raises DealTypeNotReady: no contract template for this type of deal yet
    :raises PlanDoesNotSum: the plan's steps and the advance don't sum to the commission
    :raises AdvanceTooSmall: less than can be paid
    :raises PartiesCollide: the client's phone is the agent's own or one of the executor's
    """
    if terms.type not in _READY:
        raise DealTypeNotReady
    executor = executors.choose(
        session, kind=executor_kind, agent_id=agent_id, organization_id=organization_id
    )
    steps = terms.steps
    if terms.advance is not None and steps[0].amount < _LEAST_ADVANCE:
        raise AdvanceTooSmall(str(_LEAST_ADVANCE))
    planned = total([step.amount for step in steps])
    if planned != terms.commission:
        raise PlanDoesNotSum(str(planned), str(terms.commission))
    phone_index = vault.index_of("phone", client.phone)
    if phone_index in executor.phone_indexes:
        raise PartiesCollide
    deal = _deal(session, agent_id, executor, terms, now)
    session.flush()
    session.add(_client(session, deal.id, client, phone_index, now))
    session.add(_executor_party(session, deal.id, executor, now))
    session.add(_terms(deal.id, executor, terms, now))
    session.add_all(_plan(deal.id, steps))
    audit.record(
        session,
        actor,
        "deal.opened",
        entity=("deal", deal.id),
        after={"number": deal.number, "type": deal.type, "status": deal.status},
        now=now,
    )
    return deal


def _deal(session: Session, agent_id: UUID, executor: ChosenExecutor, terms: Terms, now: datetime) -> Deal:
    deal_id = new_id()
    sealer = vault.Sealer(
        vault.create_key(session, deal_id, KeyOwner.DEAL, now=now), table=Deal.__tablename__, row=deal_id
    )
    serial = session.execute(text("SELECT nextval('deal_numbers')")).scalar_one()
    deal = Deal(
        id=deal_id,
        number=f"{moscow_date(now).year}-{serial:06d}",
        type=terms.type,
        status=DealStatus.DRAFT,
        agent_id=agent_id,
        executor_kind=executor.kind,
        executor_user_id=executor.user_id,
        executor_organization_id=executor.organization_id,
        property_type=terms.property_type,
        address=sealer.seal("address", terms.address),
        city=terms.city,
        created_at=now,
        updated_at=now,
    )
    session.add(deal)
    return deal


def _client(
    session: Session, deal_id: UUID, client: ClientFacts, phone_index: bytes, now: datetime
) -> DealParty:
    party_id = new_id()
    sealer = vault.Sealer(
        vault.create_key(session, party_id, KeyOwner.PARTY, now=now),
        table=DealParty.__tablename__,
        row=party_id,
    )
    passport = None if client.passport is None else json.dumps(client.passport, ensure_ascii=False)
    return DealParty(
        id=party_id,
        deal_id=deal_id,
        role=PartyRole.CLIENT,
        kind=PartyKind.EXTERNAL,
        name=sealer.seal("name", client.name),
        phone=sealer.seal("phone", client.phone),
        phone_index=phone_index,
        email=sealer.seal_optional("email", client.email),
        address=sealer.seal_optional("address", client.address),
        passport=sealer.seal_optional("passport", passport),
        signature_required=True,
        signing_order=1,
        created_at=now,
    )


def _executor_party(session: Session, deal_id: UUID, executor: ChosenExecutor, now: datetime) -> DealParty:
    party_id = new_id()
    sealer = vault.Sealer(
        vault.create_key(session, party_id, KeyOwner.PARTY, now=now),
        table=DealParty.__tablename__,
        row=party_id,
    )
    return DealParty(
        id=party_id,
        deal_id=deal_id,
        role=PartyRole.EXECUTOR,
        kind=PartyKind.USER if executor.organization_id is None else PartyKind.ORG,
        user_id=executor.user_id,
        organization_id=executor.organization_id,
        name=sealer.seal("name", executor.name),
        signature_required=True,
        signing_order=2,
        created_at=now,
    )


def _terms(deal_id: UUID, executor: ChosenExecutor, terms: Terms, now: datetime) -> DealTerms:
    settings = platform.load()
    return DealTerms(
        deal_id=deal_id,
        version=1,
        price_kopecks=terms.price,
        commission_fixed_kopecks=terms.commission_fixed,
        commission_bps=terms.commission_bps,
        commission_kopecks=terms.commission,
        advance_fixed_kopecks=None if terms.advance is None else terms.advance.fixed,
        advance_bps=None if terms.advance is None else terms.advance.bps,
        tax_regime=executor.tax_regime,
        vat_bps=vat_bps(executor.tax_regime, moscow_date(now)),
        platform_fee_bps=settings.fee_bps,
        platform_fee_min_kopecks=Money(settings.fee_min_kopecks),
        hold_days=terms.hold_days,
        silence_days=terms.silence_days,
        exclusive_until=terms.exclusive_until,
        split_rule=executor.split_rule,
        subcontract_id=executor.subcontract_id,
        created_at=now,
    )


def _plan(deal_id: UUID, plan: Sequence[PlannedStep]) -> list[PaymentStep]:
    return [
        PaymentStep(
            deal_id=deal_id,
            step_no=number,
            amount_kopecks=step.amount,
            is_advance=step.is_advance,
            trigger=step.trigger,
            due_on=step.due_on,
            milestone=step.milestone,
            release_rule=step.release_rule,
            status=StepStatus.PLANNED,
        )
        for number, step in enumerate(plan, start=1)
    ]
