"""A deal that is signed and paid, and what its people do with its act."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.deals import acceptance_notices
from shared.deals.words import ReleaseRule
from shared.documents import acts
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.outbox.models import OutboxMessage
from shared.payments import remains
from tests.builders.deals import KeptTexts, read_and_sign, render, some_terms
from tests.shared.documents.test_notices import KeptLetters
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_step
from tests.shared.signatures.conftest import Contract, a_contract


@dataclass(frozen=True)
class Performed:
    """Two steps of 100 000 and 200 000 ₽, released at once and by the act, both paid."""

    contract: Contract
    cast: Cast

    def act(self, at: datetime) -> UUID:
        """Ask for the act and have it made."""
        with Transactions()() as session:
            found = acts.complete_deal(
                session,
                deal_id=self.cast.deal_id,
                viewer=self.contract.crew.as_agent,
                worth=remains.of_steps,
                actor=Actor(self.cast.agent_id),
                now=at,
            )
            document_id = found.document.id
        render(document_id, self.contract.files, at)
        return document_id

    def offered(self, at: datetime) -> UUID:
        """The act with the executor's signature, of which the client was told."""
        document_id = self.act(at)
        read_and_sign(document_id, self.contract.as_signer, at)
        self.tell(at)
        return document_id

    def tell(self, at: datetime) -> KeptLetters:
        letters = KeptLetters()
        with Transactions()() as session:
            found = select(OutboxMessage.id).where(OutboxMessage.kind == acceptance_notices.ASKED)
            orders = session.scalars(found).all()
        for message_id in orders:
            acceptance_notices.tell(Transactions(), message_id, emails=letters, texts=KeptTexts(), now=at)
        return letters

    def object_to(self, at: datetime) -> None:
        with Transactions()() as session:
            acts.object_to(
                session,
                deal_id=self.cast.deal_id,
                objection="Передаточный акт не подготовлен.",
                viewer=self.contract.as_client,
                actor=Actor(self.cast.client_id),
                now=at,
            )


def a_performed(session: Session) -> Performed:
    at = utc_now() - timedelta(hours=2)
    plan = [
        a_step(Money(100_000_00), ReleaseRule.IMMEDIATE),
        a_step(Money(200_000_00), ReleaseRule.ACT),
    ]
    contract = a_contract(session, at=at, terms=some_terms(plan=plan))
    for viewer in (contract.as_client, contract.as_signer):
        read_and_sign(contract.id, viewer, at)
    crew = contract.crew
    cast = Cast(contract.deal_id, crew.agent.id, contract.client.id, crew.agency.id, crew.agency.admin.id)
    bank = FakeCollector()
    for step_no in (1, 2):
        pay_step(bank, cast, step_no)
    session.expire_all()
    return Performed(contract, cast)
