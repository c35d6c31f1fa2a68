"""The act of completion, from its making to the release of what waited for it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals import acceptance
from shared.deals.acceptance_errors import DealNotGoingOn, NothingToAccept
from shared.deals.acceptance_models import Acceptance
from shared.deals.errors import TransitionNotAllowed
from shared.deals.models import Deal, DealStatus, StepStatus
from shared.documents import events, notices
from shared.documents.errors import ActExists, DocumentNotOpen
from shared.documents.models import Document, DocumentKind, DocumentStatus
from shared.documents.reading import file_key
from shared.kernel.clock import moscow_date, moscow_midnight, utc_now
from shared.outbox.models import OutboxMessage
from shared.payouts import release
from shared.signatures import requests
from shared.signatures.errors import NotYourTurn
from tests.builders.deals import KeptTexts, read_and_sign
from tests.shared.payments.world import assert_books_balance, count_of, deal_status, step_of
from tests.shared.signatures.acts import Performed, a_performed

#: noon of a day after the payments', whenever the run began and however long it takes
NOW = moscow_midnight(moscow_date(utc_now()) + timedelta(days=2)) + timedelta(hours=12)
SILENCE = moscow_midnight(moscow_date(NOW) + timedelta(days=6))


@pytest.fixture
def performed(app: Session) -> Performed:
    return a_performed(app)


def run(at: Any) -> dict[str, int]:
    return {**acceptance.accept_silent(Transactions(), now=at), **release.release_due(Transactions(), now=at)}


def line(action: str) -> AuditLog:
    with Transactions()() as session:
        return session.scalars(select(AuditLog).where(AuditLog.action == action)).one()


class TestMaking:
    def test_names_the_contract_the_steps_and_what_is_left_of_their_price(
        self, app: Session, performed: Performed
    ) -> None:
        document_id = performed.act(NOW)

        page = json.loads(performed.contract.files.files[file_key(document_id)])
        contract = app.get_one(Document, performed.contract.id)
        assert page["template"] == "act_of_completion"
        assert page["data"]["contract"]["number"] == contract.number
        assert [
            (step["no"], step["amount_kopecks"], step["release_rule"]) for step in page["data"]["steps"]
        ] == [(1, 100_000_00, "immediate"), (2, 200_000_00, "act")]
        assert page["data"]["vat"] == {"bps": 2200, "kopecks": 18_032_79 + 36_065_57}

    def test_tells_only_the_executor_that_it_can_be_signed(self, app: Session, performed: Performed) -> None:
        before = count_of(OutboxMessage, OutboxMessage.kind == notices.READY)

        performed.act(NOW)

        assert count_of(OutboxMessage, OutboxMessage.kind == notices.READY) == before + 1
        assert count_of(Acceptance) == 0

    def test_is_done_once(self, performed: Performed) -> None:
        performed.act(NOW)

        with pytest.raises(ActExists):
            performed.act(NOW)

    def test_is_of_a_deal_that_goes_on(self, app: Session, performed: Performed) -> None:
        app.get_one(Deal, performed.cast.deal_id).status = DealStatus.DISPUTE
        app.commit()

        with pytest.raises(TransitionNotAllowed):
            performed.act(NOW)


class TestSigning:
    def test_is_the_executors_turn_first(self, performed: Performed) -> None:
        document_id = performed.act(NOW)

        with pytest.raises(NotYourTurn):
            read_and_sign(document_id, performed.contract.as_client, NOW)

    def test_by_all_completes_the_deal_and_releases_what_waited(self, performed: Performed) -> None:
        document_id = performed.offered(NOW)
        assert run(NOW) == {"silent": 0, "released": 1, "due": 1}

        read_and_sign(document_id, performed.contract.as_client, NOW)

        assert deal_status(performed.cast.deal_id) is DealStatus.COMPLETED
        assert line("act.accepted").after == {"status": "accepted", "reason": "signatures"}
        assert run(NOW) == {"silent": 0, "released": 1, "due": 1}
        assert step_of(performed.cast.deal_id, 2).status is StepStatus.RELEASED
        assert_books_balance()

    def test_warns_the_client_of_his_silence(self, performed: Performed) -> None:
        document_id = performed.act(NOW)
        read_and_sign(document_id, performed.contract.as_signer, NOW)

        (letter,) = performed.tell(NOW).sent

        last_day = moscow_date(NOW) + timedelta(days=5)
        assert f"по {last_day:%d.%m.%Y} включительно" in letter.text
        assert "услуги будут считаться принятыми" in letter.text

    def test_leaves_the_contract_and_the_deals_signing_as_they_were(
        self, app: Session, performed: Performed
    ) -> None:
        signed_at = app.get_one(Deal, performed.cast.deal_id).signed_at
        document_id = performed.offered(NOW)
        read_and_sign(document_id, performed.contract.as_client, NOW)
        app.expire_all()

        assert app.get_one(Deal, performed.cast.deal_id).signed_at == signed_at
        assert app.get_one(Document, document_id).status is DocumentStatus.SIGNED

    def test_is_refused_in_a_dispute(self, app: Session, performed: Performed) -> None:
        document_id = performed.offered(NOW)
        app.get_one(Deal, performed.cast.deal_id).status = DealStatus.DISPUTE
        app.commit()

        with pytest.raises(DealNotGoingOn):
            read_and_sign(document_id, performed.contract.as_client, NOW)


class TestSilence:
    def test_accepts_the_services_after_the_days(self, performed: Performed) -> None:
        performed.offered(NOW)

        assert run(SILENCE - timedelta(seconds=1))["silent"] == 0
        assert run(SILENCE) == {"silent": 1, "released": 1, "due": 1}

        assert deal_status(performed.cast.deal_id) is DealStatus.COMPLETED
        assert line("act.accepted").after == {"status": "accepted", "reason": "silence"}

    def test_may_be_followed_by_a_late_signature(self, app: Session, performed: Performed) -> None:
        document_id = performed.offered(NOW)
        run(SILENCE)

        read_and_sign(document_id, performed.contract.as_client, SILENCE)

        app.expire_all()
        assert app.get_one(Document, document_id).status is DocumentStatus.SIGNED
        assert count_of(AuditLog, AuditLog.action == "act.accepted") == 1

    def test_before_the_executor_has_signed_means_nothing(self, performed: Performed) -> None:
        performed.act(NOW)
        performed.tell(NOW)

        assert run(SILENCE + timedelta(days=300))["silent"] == 0


class TestObjecting:
    def test_voids_the_act_and_stops_the_silence(self, app: Session, performed: Performed) -> None:
        document_id = performed.offered(NOW)

        performed.object_to(NOW)

        assert run(SILENCE)["silent"] == 0
        assert step_of(performed.cast.deal_id, 2).status is StepStatus.PAID
        assert app.get_one(Document, document_id).status is DocumentStatus.VOID
        assert events.verify(app, document_id) is None
        with pytest.raises(DocumentNotOpen):
            requests.request_code(
                Transactions(),
                document_id=document_id,
                viewer=performed.contract.as_client,
                sms=KeptTexts(),
                actor=SYSTEM,
                now=NOW,
            )

    def test_lets_the_executor_make_another(self, app: Session, performed: Performed) -> None:
        performed.offered(NOW)
        performed.object_to(NOW)

        performed.offered(NOW + timedelta(days=1))

        statuses = app.scalars(
            select(Document.status)
            .where(Document.kind == DocumentKind.ACT_OF_COMPLETION)
            .order_by(Document.created_at)
        ).all()
        assert statuses == [DocumentStatus.VOID, DocumentStatus.READY]
        assert run(SILENCE)["silent"] == 0
        assert run(SILENCE + timedelta(days=1))["silent"] == 1

    def test_needs_an_act_that_waits(self, performed: Performed) -> None:
        performed.act(NOW)

        with pytest.raises(NothingToAccept):
            performed.object_to(NOW)
