"""What the executor says is done is accepted: by the client, by the signatures under the act, or by his silence.

The client's days to object begin with the notice that reached him, never before it.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.audit.tables import Facts
from shared.db.session import Transactions
from shared.deals import acceptance_notices, lifecycle, moving
from shared.deals import service as deals
from shared.deals.acceptance_errors import AlreadyAsked, DealNotGoingOn, NothingToAccept, NotTheClient
from shared.deals.acceptance_models import Acceptance, AcceptanceStatus, AcceptedBy
from shared.deals.models import Deal, DealStatus, PaymentStep
from shared.deals.releasing import release_due_at
from shared.deals.service import Viewer
from shared.deals.words import ReleaseRule
from shared.kernel.identifiers import new_id
from shared.observability import log
from shared.vault import service as vault

#: what is done can be said and accepted in these states
GOING_ON: Final = lifecycle.PAYABLE
_BATCH: Final = 100


def require_client(session: Session, deal_id: UUID, viewer: Viewer) -> None:
    """:raises NotTheClient: of the deal, but on another side"""
    if deals.client_party(session, deal_id).user_id != viewer.user_id:
        raise NotTheClient


def require_going_on(deal: Deal) -> None:
    """:raises DealNotGoingOn: not signed yet, in dispute, or over"""
    if deal.status not in GOING_ON:
        raise DealNotGoingOn(lifecycle.LABELS[deal.status])


def ask(session: Session, deal: Deal, step: PaymentStep | None, *, actor: Actor, now: datetime) -> Acceptance:
    """Ask the client to accept a step's milestone, or (None) all services by the act, and have him told.

    :param deal: locked
    :raises AlreadyAsked: he has not answered yet
    """
    if asked(session, deal.id, step) is not None:
        raise AlreadyAsked
    acceptance = Acceptance(
        id=new_id(),
        deal_id=deal.id,
        schedule_id=None if step is None else step.id,
        status=AcceptanceStatus.ASKED,
        asked_by=actor.user_id,
        asked_at=now,
    )
    session.add(acceptance)
    session.flush()
    _record(session, acceptance, step, actor, now)
    acceptance_notices.ask(session, acceptance, now=now)
    return acceptance


def asked(session: Session, deal_id: UUID, step: PaymentStep | None) -> Acceptance | None:
    """What waits for the client's answer, locked."""
    of = Acceptance.schedule_id.is_(None) if step is None else Acceptance.schedule_id == step.id
    return session.scalars(
        select(Acceptance)
        .where(Acceptance.deal_id == deal_id, Acceptance.status == AcceptanceStatus.ASKED, of)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def all_asked(session: Session, deal_id: UUID) -> list[Acceptance]:
    """Everything of the deal that waits for an answer, locked."""
    return list(
        session.scalars(
            select(Acceptance)
            .where(Acceptance.deal_id == deal_id, Acceptance.status == AcceptanceStatus.ASKED)
            .order_by(Acceptance.id)
            .with_for_update()
        )
    )


def accept(
    session: Session,
    deal: Deal,
    acceptance: Acceptance,
    *,
    by: AcceptedBy,
    actor: Actor = SYSTEM,
    now: datetime,
) -> None:
    """Settle it: the steps that waited for it are due for release; an accepted act completes the deal.

    :param deal: locked, as is the acceptance
    """
    acceptance.status = AcceptanceStatus.ACCEPTED
    acceptance.accepted_by = by
    acceptance.settled_by = actor.user_id
    acceptance.settled_at = now
    steps = _steps_of(session, acceptance)
    terms = deals.frozen_terms(session, deal.id)
    for step in steps:
        step.accepted_at = now
        step.release_due_at = release_due_at(step, terms)
    _record(session, acceptance, steps[0] if acceptance.schedule_id and steps else None, actor, now)
    if acceptance.schedule_id is None and deal.status is DealStatus.IN_PROGRESS:
        moving.move(session, deal, DealStatus.COMPLETED, actor=actor, now=now)
    else:
        # The plan is the deal's: its ETag must tell of it.
        deal.updated_at = now


def object_to(
    session: Session, acceptance: Acceptance, *, objection: str, actor: Actor, now: datetime
) -> None:
    """Settle it the other way: the executor may ask anew once he has put it right.

    :param objection: the client's words
    """
    sealed = sealer_of(session, acceptance).seal("objection", objection)
    acceptance.status = AcceptanceStatus.OBJECTED
    acceptance.objection = sealed
    acceptance.settled_by = actor.user_id
    acceptance.settled_at = now
    _record(session, acceptance, None, actor, now)


def sealer_of(session: Session, acceptance: Acceptance) -> vault.Sealer:
    key = vault.key_of(session, acceptance.deal_id)
    return vault.Sealer(key, table=Acceptance.__tablename__, row=acceptance.id)


def accept_silent(transactions: Transactions, *, now: datetime) -> dict[str, int]:
    """Accept what nobody objected to in time, each in a transaction of its own; two runs at once are safe."""
    with transactions() as session:
        due = session.execute(
            select(Acceptance.id, Acceptance.deal_id)
            .join(Deal, Deal.id == Acceptance.deal_id)
            .where(
                Acceptance.status == AcceptanceStatus.ASKED,
                Acceptance.silence_at <= now,
                Deal.status.in_(GOING_ON),
            )
            .order_by(Acceptance.silence_at)
            .limit(_BATCH)
        ).all()
    counts = {"silent": 0}
    for acceptance_id, deal_id in due:
        try:
            with transactions() as session:
                counts["silent"] += _accept_silent(session, acceptance_id, deal_id, now)
        except Exception as error:  # noqa: BLE001 -- what is wrong with one must not stop the rest
            log.surprise("silence_not_accepted", error)
            counts["silence_errors"] = counts.get("silence_errors", 0) + 1
    return counts


def _accept_silent(session: Session, acceptance_id: UUID, deal_id: UUID, now: datetime) -> bool:
    deal = deals.deal_for_update(session, deal_id)
    acceptance = session.get_one(Acceptance, acceptance_id, with_for_update=True, populate_existing=True)
    if acceptance.status is not AcceptanceStatus.ASKED or deal.status not in GOING_ON:
        return False
    accept(session, deal, acceptance, by=AcceptedBy.SILENCE, now=now)
    return True


def answered(session: Session, deal_id: UUID, step: PaymentStep | None) -> Acceptance:
    """What the client answers now. :raises NothingToAccept: nobody has asked, or it is settled"""
    acceptance = asked(session, deal_id, step)
    if acceptance is None:
        raise NothingToAccept
    return acceptance


def _steps_of(session: Session, acceptance: Acceptance) -> list[PaymentStep]:
    """The steps that it lets go, locked: by the act every one of that rule, by a milestone its own with the parts."""
    plan = session.scalars(
        select(PaymentStep)
        .where(PaymentStep.deal_id == acceptance.deal_id)
        .order_by(PaymentStep.step_no)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if acceptance.schedule_id is None:
        return [step for step in plan if step.release_rule is ReleaseRule.ACT]
    return deals.with_parts(plan, acceptance.schedule_id)


def _record(
    session: Session, acceptance: Acceptance, step: PaymentStep | None, actor: Actor, now: datetime
) -> None:
    what = "act" if acceptance.schedule_id is None else "milestone"
    facts: Facts = {"status": acceptance.status}
    if acceptance.accepted_by is not None:
        facts["reason"] = acceptance.accepted_by
    if step is not None:
        facts["step_no"] = step.step_no
    audit.record(
        session,
        actor,
        f"{what}.{acceptance.status}",
        entity=("deal", acceptance.deal_id),
        after=facts,
        now=now,
    )
