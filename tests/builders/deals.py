"""Deals on their way: a draft, a contract that can be read, one that all have signed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.audit.service import SYSTEM, Actor
from shared.db.session import Transactions
from shared.deals import opening
from shared.deals.models import Deal, DealType, ExecutorKind
from shared.deals.opening import ClientFacts, PlannedStep, Terms
from shared.deals.service import Viewer
from shared.deals.words import PropertyType, ReleaseRule, StepTrigger
from shared.documents import contracts, reading, rendering
from shared.documents.models import Document
from shared.kernel.money import Money
from shared.organizations import subcontracts
from shared.outbox.models import OutboxMessage
from shared.ports.pdf import PdfRenderer
from shared.ports.sms import SmsOutcome, SmsResult
from shared.signatures import requests, signing
from tests.builders.people import Agency, Person, an_agency, an_agent

COMMISSION = Money(300_000_00)
PEER = Actor(None, "127.0.0.1", "pytest")


class KeptFiles:
    """An object storage of a test: keeps what it is given."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        assert content_type == "application/pdf"
        self.files[key] = content

    def get(self, key: str) -> bytes:
        return self.files[key]


class TypedPages:
    """A renderer of a test: the data themselves are the page, so that a test sees what was to be printed."""

    def render(
        self, template: str, version: int, data: Mapping[str, Any], *, document_id: UUID, dated: datetime
    ) -> bytes:
        page = {
            "template": template,
            "version": version,
            "data": data,
            "id": str(document_id),
            "at": str(dated),
        }
        return json.dumps(page, ensure_ascii=False).encode()

    def seal(
        self, signed: bytes, sheet_data: Mapping[str, Any], *, document_id: UUID, dated: datetime
    ) -> bytes:
        return signed + json.dumps([sheet_data, str(document_id), str(dated)], ensure_ascii=False).encode()


class KeptTexts:
    """A sender of a test: keeps the texts, so that a test reads the code as its person would."""

    def __init__(self, outcome: SmsOutcome = SmsOutcome.ACCEPTED) -> None:
        self.outcome = outcome
        self.sent: list[tuple[str, str]] = []

    def send(self, *, phone: str, text: str, user_ip: str | None) -> SmsResult:
        assert user_ip is None or user_ip
        self.sent.append((phone, text))
        return SmsResult(self.outcome, f"sms-{len(self.sent)}")

    @property
    def last_code(self) -> str:
        text = self.sent[-1][1]
        return next(word.strip(".,") for word in text.split() if word.strip(".,").isdigit())


def some_terms(**changes: Any) -> Terms:
    terms = Terms(
        type=DealType.SECONDARY_SELL,
        property_type=PropertyType.APARTMENT,
        address="г. Москва, ул. Лесная, д. 5, кв. 12",
        city="Москва",
        price=Money(12_500_000_00),
        commission_fixed=Money.zero(),
        commission_bps=240,
        hold_days=0,
        silence_days=5,
        exclusive_until=date(2027, 3, 31),
        plan=[a_step(COMMISSION)],
    )
    return terms._replace(**changes)


def a_step(amount: Money) -> PlannedStep:
    return PlannedStep(amount, StepTrigger.IMMEDIATE, ReleaseRule.IMMEDIATE, None, None)


def client_facts(client: Person) -> ClientFacts:
    assert client.phone is not None
    passport = {
        "series": "4512",
        "number": "123456",
        "issued_by": "ОВД района Тверской г. Москвы",
        "issued_on": "2015-04-20",
        "department_code": "770-053",
    }
    return ClientFacts(
        client.full_name, client.phone, client.email, "г. Москва, ул. Лесная, д. 5, кв. 12", passport
    )


@dataclass(frozen=True)
class Crew:
    """An agency and its agent with a signed subcontract for 70 %."""

    agency: Agency
    agent: Person

    @property
    def as_agent(self) -> Viewer:
        return Viewer(self.agent.id, Reach.OWN, self.agency.id)

    @property
    def as_admin(self) -> Viewer:
        return Viewer(self.agency.admin.id, Reach.AGENCY, self.agency.id)


def a_crew(session: Session, now: datetime, *, share_bps: int = 7_000) -> Crew:
    agency, agent = an_agency(session, now), an_agent(session, now)
    assert agent.phone is not None
    offered = subcontracts.open_subcontract(
        session,
        organization_id=agency.id,
        agent_phone=agent.phone,
        share_bps=share_bps,
        actor=SYSTEM,
        now=now,
    )
    session.flush()
    subcontracts.mark_signed(session, offered.id, now)
    session.flush()
    return Crew(agency, agent)


def a_deal(
    session: Session,
    now: datetime,
    *,
    agent: Person,
    client: Person,
    agency: Agency | None = None,
    terms: Terms | None = None,
) -> Deal:
    """A draft; the executor is the agency, or the agent himself."""
    deal = opening.open_deal(
        session,
        agent_id=agent.id,
        executor_kind=ExecutorKind.USER if agency is None else ExecutorKind.ORG,
        organization_id=None if agency is None else agency.id,
        terms=terms or some_terms(),
        client=client_facts(client),
        actor=PEER,
        now=now,
    )
    session.flush()
    return deal


def submit(session: Session, deal: Deal, agent: Person, now: datetime) -> Document:
    """The deal's contract, being rendered."""
    viewer = Viewer(agent.id, Reach.OWN, deal.executor_organization_id)
    contracts.submit_deal(
        session, deal_id=deal.id, viewer=viewer, revision=deal.revision, actor=PEER, now=now
    )
    return session.scalars(select(Document).where(Document.deal_id == deal.id)).one()


def order_for(session: Session, kind: str, document_id: UUID) -> UUID:
    """The outbox message that asks for this work."""
    return session.scalars(
        select(OutboxMessage.id).where(
            OutboxMessage.kind == kind, OutboxMessage.payload["document_id"].astext == str(document_id)
        )
    ).one()


def render(document_id: UUID, files: KeptFiles, now: datetime, renderer: PdfRenderer | None = None) -> None:
    """Have a committed document's file made."""
    transactions = Transactions()
    with transactions() as session:
        message_id = order_for(session, "document.render", document_id)
    rendering.render(
        transactions, message_id, document_id, renderer=renderer or TypedPages(), storage=files, now=now
    )


def read_and_sign(document_id: UUID, viewer: Viewer, now: datetime) -> None:
    """Open a committed document, ask for the code, and sign by it."""
    transactions, texts = Transactions(), KeptTexts()
    actor = Actor(viewer.user_id, "127.0.0.1", "pytest")
    with transactions() as session:
        reading.open_file(session, document_id, viewer, now=now)
    requests.request_code(
        transactions, document_id=document_id, viewer=viewer, sms=texts, actor=actor, now=now
    )
    with transactions() as session:
        signing.sign(
            session, document_id=document_id, viewer=viewer, code=texts.last_code, actor=actor, now=now
        )
