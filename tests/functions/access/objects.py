"""Which values a path's parameters take for an object of each relation to a caller."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.audit.service import SYSTEM
from shared.auth.session_models import AuthSession
from shared.config import secrets
from shared.config.refunds import RefundSettings
from shared.deals.models import DealStatus
from shared.deals.service import Viewer
from shared.disputes.models import Dispute, DisputeSide, DisputeStatus
from shared.disputes.opening import sealed
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.organizations import invitations, payout_accounts
from shared.organizations.invitation_models import Invitation
from shared.organizations.models import MemberRole, OrganizationMember, ServiceSubcontract
from shared.organizations.payout_account_models import PayoutAccount
from shared.organizations.payout_account_reading import Owner
from shared.organizations.payout_details import BankAccount
from shared.payments import pay_links
from shared.payments.models import PaymentIntent
from shared.payouts.models import Payout
from shared.receipts.kkt_models import KktReceipt
from shared.receipts.models import Receipt, ReceiptStatus
from shared.refunds import requesting
from shared.refunds.models import RefundReason
from shared.refunds.requesting import Wanted
from shared.security.codes import token_hash
from tests.builders import people
from tests.builders.people import Person
from tests.functions.access.desk_objects import desk_objects
from tests.functions.access.world import Case, Relation, World

#: What names nothing of anybody's.
WORDS: Final = {
    "kind": "personal_data",
    "name": "personal_data",
    "terminal": "yookassa",
    "inn": "7707083893",
    "bik": "044525225",
    "queue": "bank_events",
    # no letter has it: that is a conflict, since a queue doesn't tell "gone" from "held by another"
    "letter_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
}
Values = dict[str, str]


@dataclass(frozen=True)
class Objects:
    #: (parameters, joined by a comma) -> relation -> values
    common: dict[str, dict[Relation, Values]]
    #: whose "own" differs by the caller's role
    personal: dict[tuple[str, Role], dict[Relation, Values]]

    def values(self, parameters: tuple[str, ...], relation: Relation, role: Role | None) -> Values | None:
        """None where nothing can have that relation.

        :raises KeyError: nobody has taught the world about such a path
        """
        if all(name in WORDS for name in parameters):
            return {name: WORDS[name] for name in parameters} if relation is Relation.OWN else None
        key = ",".join(parameters)
        found = self.personal.get((key, role or Role.AGENT)) or self.personal.get((key, Role.AGENT))
        return (found or self.common[key]).get(relation)


def describe(session: Session, world: World, now: datetime) -> Objects:
    """Make what the cases don't have yet, and name everything."""
    common = {
        name: _each(world, lambda case, name=name: {name: str(getattr(case, name))})
        for name in ("deal_id", "document_id", "intent_id", "payment_id")
    }
    common["pay_token"] = _pay_tokens(session, world)
    common["deal_id,step_no"] = _steps(common["deal_id"])
    common["organization_id"] = _each(world, lambda case: {"organization_id": str(case.agency.id)})
    common["user_id"] = _each(world, lambda case: {"user_id": str(case.agent.id)})
    common["dispute_id"] = _each(world, lambda case: {"dispute_id": str(_dispute_of(session, case, now))})
    common["refund_id"] = _each(world, lambda case: {"refund_id": str(_refund_of(session, case, now))})
    common["receipt_id"] = _each(world, lambda case: {"receipt_id": str(_receipt_of(session, case))})
    common["account_id"] = _each(world, lambda case: {"account_id": str(_account_of(session, case.agent))})
    for name, found in (
        ("user_id", lambda case: case.agent.id),
        ("account_id", lambda case: _agency_account(session, case, now)),
        ("invitation_id", lambda case: _invitation(session, case.agency.id, now)),
        ("subcontract_id", lambda case: _subcontract_of(session, case)),
    ):
        common[f"organization_id,{name}"] = _within(world, name, found)
    common["organization_id,user_id"][Relation.DELETED]["user_id"] = str(_former_member(session, world, now))
    common |= desk_objects(session, world, now)
    personal = {}
    for role, caller in world.callers.items():
        assert caller.user_id is not None
        personal["session_id", role] = _sessions(session, caller.user_id, world, now)
    for role in (Role.AGENT, Role.AGENCY_ADMIN):
        personal["payout_id", role] = _each(
            world, lambda case, role=role: {"payout_id": str(_payout_of(session, case, role))}
        )
    for role, person in _invited(world).items():
        personal["token", role] = _tokens(session, world, role, person, now)
    return Objects(common, personal)


def _each(world: World, of: object) -> dict[Relation, Values]:
    found = {relation: of(case) for relation, case in world.cases.items()}  # type: ignore[operator]
    name = next(iter(found[Relation.OWN]))
    return {**found, Relation.ABSENT: {name: str(new_id())}}


def _pay_tokens(session: Session, world: World) -> dict[Relation, Values]:
    found = {
        relation: pay_links.address_of(session.get_one(PaymentIntent, case.intent_id)).rpartition("/")[2]
        for relation, case in world.cases.items()
    }
    found[Relation.ABSENT] = "x" * 43
    return {relation: {"pay_token": token} for relation, token in found.items()}


def _steps(deals: dict[Relation, Values]) -> dict[Relation, Values]:
    return {relation: {**values, "step_no": "1"} for relation, values in deals.items()}


def _within(world: World, name: str, of: object) -> dict[Relation, Values]:
    """An object in an organization's path; deleted stands for another id in the caller's own organization."""
    found = {
        relation: {"organization_id": str(case.agency.id), name: str(of(case))}  # type: ignore[operator]
        for relation, case in world.cases.items()
    }
    return {
        **found,
        Relation.DELETED: {**found[Relation.OWN], name: str(new_id())},
        Relation.ABSENT: {"organization_id": str(new_id()), name: str(new_id())},
    }


def _dispute_of(session: Session, case: Case, now: datetime) -> UUID:
    """One that was withdrawn: an open one would stop the case's deal."""
    dispute_id = new_id()
    session.add(
        Dispute(
            id=dispute_id,
            deal_id=case.deal_id,
            status=DisputeStatus.WITHDRAWN,
            side=DisputeSide.CLIENT,
            opened_by=case.client.id,
            reason=sealed(session, case.deal_id, dispute_id, "reason", "Показы не проводились."),
            deal_status_before=DealStatus.IN_PROGRESS,
            opened_at=now,
            closed_at=now,
        )
    )
    session.flush()
    return dispute_id


def _refund_of(session: Session, case: Case, now: datetime) -> UUID:
    """One that waits for an approval."""
    return requesting.request_refund(
        session,
        payment_id=case.payment_id,
        wanted=Wanted(Money(1_00), RefundReason.CLIENT_REQUEST),
        viewer=Viewer(case.agent.id, Reach.OWN, None),
        actor=SYSTEM,
        pays_back_parts=lambda _: True,
        settings=RefundSettings(Money.zero(), Money.zero(), timedelta(days=3)),
        now=now,
    ).id


def _receipt_of(session: Session, case: Case) -> UUID:
    """One that the cash register refused."""
    kkt = session.scalars(select(KktReceipt).where(KktReceipt.payment_id == case.payment_id)).one()
    session.get_one(Receipt, kkt.receipt_id).status = ReceiptStatus.FAILED
    kkt.next_at = None
    return kkt.receipt_id


def _account_of(session: Session, person: Person) -> UUID:
    return session.scalars(select(PayoutAccount.id).where(PayoutAccount.owner_user_id == person.id)).one()


def _payout_of(session: Session, case: Case, role: Role) -> UUID:
    """The agency's admin has the agency's, everybody else is asked about the agent's."""
    owner = (
        Payout.owner_organization_id == case.agency.id
        if role is Role.AGENCY_ADMIN
        else Payout.owner_user_id == case.agent.id
    )
    return session.scalars(select(Payout.id).where(Payout.deal_id == case.deal_id, owner)).one()


def _agency_account(session: Session, case: Case, now: datetime) -> UUID:
    owner = Owner(organization_id=case.agency.id)
    found = session.scalars(
        select(PayoutAccount.id).where(PayoutAccount.owner_organization_id == case.agency.id)
    ).first()
    if found is not None:
        return found
    details = BankAccount("044525225", "40702810200000000001", case.agency.short_name)
    return payout_accounts.add(session, owner=owner, details=details, actor=SYSTEM, now=now).id


def _invitation(session: Session, organization_id: UUID, now: datetime) -> UUID:
    return invitations.invite(
        session,
        organization_id=organization_id,
        member_role=MemberRole.ACCOUNTANT,
        email=people.an_email(),
        actor=SYSTEM,
        now=now,
    ).id


def _subcontract_of(session: Session, case: Case) -> UUID:
    return session.scalars(
        select(ServiceSubcontract.id).where(ServiceSubcontract.agent_id == case.agent.id)
    ).one()


def _former_member(session: Session, world: World, now: datetime) -> UUID:
    former = people.an_agent(session, now)
    session.add(
        OrganizationMember(
            organization_id=world.cases[Relation.OWN].agency.id,
            user_id=former.id,
            member_role=MemberRole.AGENT,
            created_at=now - timedelta(days=9),
            removed_at=now - timedelta(days=1),
        )
    )
    session.flush()
    return former.id


def _sessions(session: Session, user_id: UUID, world: World, now: datetime) -> dict[Relation, Values]:
    ids = {
        Relation.OWN: _session_of(session, user_id, now),
        Relation.SAME_AGENCY: _session_of(session, world.cases[Relation.SAME_AGENCY].agent.id, now),
        Relation.FOREIGN: _session_of(session, world.cases[Relation.FOREIGN].agent.id, now),
        Relation.DELETED: _session_of(session, user_id, now, ended=True),
        Relation.ABSENT: new_id(),
    }
    return {relation: {"session_id": str(each)} for relation, each in ids.items()}


def _session_of(session: Session, user_id: UUID, now: datetime, *, ended: bool = False) -> UUID:
    # Older than the callers' own: a confirmation by phone belongs to the newest.
    opened = AuthSession(
        id=new_id(),
        user_id=user_id,
        role=Role.AGENT,
        created_at=now,
        last_used_at=now,
        expires_at=now + timedelta(days=7),
        revoked_at=now if ended else None,
        **people.PEER,
    )
    session.add(opened)
    session.flush()
    return opened.id


def _invited(world: World) -> dict[Role, Person]:
    own = world.cases[Relation.OWN]
    return {Role.CLIENT: own.client, Role.AGENT: own.agent, Role.AGENCY_ADMIN: own.agency.admin}


def _tokens(
    session: Session, world: World, role: Role, person: Person, now: datetime
) -> dict[Relation, Values]:
    theirs = world.cases[Relation.FOREIGN].agency.id
    addressed = {
        Relation.OWN: {"phone": person.phone} if person.email is None else {"email": person.email},
        Relation.FOREIGN: {"email": people.an_email()},
    }
    found: dict[Relation, Values] = {Relation.ABSENT: {"token": "x" * 43}}
    for relation, address in addressed.items():
        invitation = invitations.invite(
            session,
            organization_id=theirs,
            member_role=MemberRole.ACCOUNTANT,
            actor=SYSTEM,
            now=now,
            **address,
        )
        token = f"{role}-{relation}".replace(" ", "-").ljust(43, "x")
        session.get_one(Invitation, invitation.id).token_hash = token_hash(secrets.code_key(), token)
        found[relation] = {"token": token}
    session.flush()
    return found
