"""A milestone is reported, told, and confirmed, objected to, or accepted by silence; the clock moves."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from shared.access.rights import Reach
from shared.audit.models import AuditLog
from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.deals import acceptance, acceptance_notices, milestones
from shared.deals.acceptance_errors import (
    AlreadyAccepted,
    AlreadyAsked,
    DealNotGoingOn,
    NoMilestone,
    NothingToAccept,
    NotTheClient,
)
from shared.deals.acceptance_models import Acceptance, AcceptanceStatus, AcceptedBy
from shared.deals.errors import DealNotFound
from shared.deals.models import Deal, DealStatus
from shared.deals.service import Viewer
from shared.deals.words import ReleaseRule
from shared.kernel.money import Money
from shared.outbox.models import OutboxMessage
from shared.payments import parts
from shared.ports.email import EmailOutcome
from shared.tasks.models import OperatorTask
from tests.builders.deals import KeptTexts
from tests.shared.documents.test_notices import KeptLetters
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import only, pay_step
from tests.shared.payments.world import Cast, a_cast, a_step, count_of, step_of

EVENT = "подписание предварительного договора"
NOON = datetime(2027, 2, 1, 9, tzinfo=UTC)
#: five whole days after the notice's day, in Moscow
SILENCE = datetime(2027, 2, 6, 21, tzinfo=UTC)


@pytest.fixture
def cast(database: object) -> Cast:
    return a_cast(
        steps=[Money(100_000_00), a_step(Money(200_000_00), ReleaseRule.MILESTONE, milestone=EVENT)]
    )


def report(cast: Cast, step_no: int = 2, viewer: Viewer | None = None, at: datetime = NOON) -> None:
    with Transactions()() as session:
        milestones.report(
            session,
            deal_id=cast.deal_id,
            step_no=step_no,
            viewer=viewer or cast.agent,
            actor=Actor(cast.agent_id),
            now=at,
        )


def confirm(cast: Cast, viewer: Viewer | None = None) -> None:
    with Transactions()() as session:
        milestones.confirm(
            session,
            deal_id=cast.deal_id,
            step_no=2,
            viewer=viewer or cast.client,
            actor=Actor(cast.client_id),
            now=NOON,
        )


def object_to(cast: Cast) -> None:
    with Transactions()() as session:
        milestones.object_to(
            session,
            deal_id=cast.deal_id,
            step_no=2,
            objection="Договор ещё не подписан.",
            viewer=cast.client,
            actor=Actor(cast.client_id),
            now=NOON,
        )


def tell(letters: KeptLetters, at: datetime = NOON) -> None:
    with Transactions()() as session:
        orders = session.scalars(
            select(OutboxMessage.id).where(OutboxMessage.kind == acceptance_notices.ASKED)
        ).all()
    for message_id in orders:
        acceptance_notices.tell(Transactions(), message_id, emails=letters, texts=KeptTexts(), now=at)


def silent(at: datetime) -> int:
    return acceptance.accept_silent(Transactions(), now=at)["silent"]


def acceptances() -> list[Acceptance]:
    with Transactions()() as session:
        return list(session.scalars(select(Acceptance).order_by(Acceptance.asked_at, Acceptance.id)))


def due_of(cast: Cast) -> datetime | None:
    return step_of(cast.deal_id, 2).release_due_at


class TestConfirming:
    def test_lets_a_paid_step_go_at_once(self, cast: Cast) -> None:
        pay_step(FakeCollector(), cast, 2)
        report(cast)
        assert due_of(cast) is None

        confirm(cast)

        assert due_of(cast) == NOON
        (settled,) = acceptances()
        assert (settled.status, settled.accepted_by) == (AcceptanceStatus.ACCEPTED, AcceptedBy.CLIENT)

    def test_before_the_payment_lets_it_go_with_the_payment(self, cast: Cast) -> None:
        report(cast)
        confirm(cast)
        assert due_of(cast) is None

        pay_step(FakeCollector(), cast, 2)

        assert due_of(cast) is not None

    def test_is_the_clients_and_not_the_executors_by_another_door(self, cast: Cast) -> None:
        alone = a_cast(
            agency=False, steps=[a_step(Money(200_000_00), ReleaseRule.MILESTONE, milestone=EVENT)]
        )
        report(alone, 1)

        with Transactions()() as session, pytest.raises(NotTheClient):
            milestones.confirm(
                session,
                deal_id=alone.deal_id,
                step_no=1,
                viewer=Viewer(alone.agent_id, Reach.PARTY, None),
                actor=Actor(alone.agent_id),
                now=NOON,
            )

    def test_needs_a_report(self, cast: Cast) -> None:
        with pytest.raises(NothingToAccept):
            confirm(cast)

    def test_of_a_foreign_deal_is_of_none(self, cast: Cast) -> None:
        report(cast)

        with pytest.raises(DealNotFound):
            confirm(cast, a_cast().client)


class TestReporting:
    def test_is_of_a_step_with_that_rule(self, cast: Cast) -> None:
        with pytest.raises(NoMilestone):
            report(cast, 1)

    def test_is_done_once_until_the_client_answers(self, cast: Cast) -> None:
        report(cast)

        with pytest.raises(AlreadyAsked):
            report(cast)

    def test_is_over_once_it_is_accepted(self, cast: Cast) -> None:
        report(cast)
        confirm(cast)

        with pytest.raises(AlreadyAccepted):
            report(cast)

    def test_is_refused_in_a_dispute(self, cast: Cast) -> None:
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.DISPUTE

        with pytest.raises(DealNotGoingOn):
            report(cast)


class TestObjecting:
    def test_stops_the_silence_and_the_executor_may_report_anew(self, cast: Cast) -> None:
        report(cast)
        tell(KeptLetters())

        object_to(cast)

        assert silent(SILENCE) == 0
        report(cast, at=NOON + timedelta(days=1))
        assert [each.status for each in acceptances()] == [AcceptanceStatus.OBJECTED, AcceptanceStatus.ASKED]

    def test_leaves_nothing_of_its_words_in_the_audit_log(self, cast: Cast) -> None:
        report(cast)
        object_to(cast)

        with Transactions()() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "milestone.objected")).one()
        assert line.after == {"status": "objected"}


class TestSilence:
    def test_accepts_when_the_last_day_is_over_and_not_before(self, cast: Cast) -> None:
        pay_step(FakeCollector(), cast, 2)
        report(cast)
        tell(KeptLetters())

        assert silent(SILENCE - timedelta(seconds=1)) == 0
        assert silent(SILENCE) == 1
        assert silent(SILENCE) == 0

        assert due_of(cast) == SILENCE
        with Transactions()() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "milestone.accepted")).one()
        assert line.after == {"status": "accepted", "reason": "silence", "step_no": 2}

    def test_is_counted_from_the_notice_and_not_from_the_report(self, cast: Cast) -> None:
        report(cast)
        tell(KeptLetters(), at=NOON + timedelta(days=2))

        assert silent(SILENCE + timedelta(days=1)) == 0
        assert silent(SILENCE + timedelta(days=2)) == 1

    def test_of_whom_nobody_could_tell_means_nothing(self, cast: Cast) -> None:
        report(cast)
        tell(KeptLetters(EmailOutcome.REFUSED_RECIPIENT))

        assert silent(SILENCE + timedelta(days=300)) == 0
        assert count_of(OperatorTask, OperatorTask.kind == "outbox_dead") == 1

    def test_after_a_notice_that_may_not_have_come_means_nothing_and_an_operator_is_told(
        self, cast: Cast
    ) -> None:
        report(cast)
        tell(KeptLetters(EmailOutcome.UNKNOWN))

        assert silent(SILENCE + timedelta(days=300)) == 0
        assert count_of(OperatorTask, OperatorTask.kind == "client_not_told") == 1

    def test_in_a_dispute_means_nothing(self, cast: Cast) -> None:
        report(cast)
        tell(KeptLetters())
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.DISPUTE

        assert silent(SILENCE) == 0

    def test_is_warned_of_with_its_day(self, cast: Cast) -> None:
        letters = KeptLetters()
        report(cast)
        tell(letters)

        (letter,) = letters.sent
        assert "06.02.2027 включительно" in letter.text
        assert "событие будет считаться наступившим" in letter.text
        assert EVENT in letter.text

    def test_is_accepted_once_by_runs_at_once(self, cast: Cast) -> None:
        report(cast)
        tell(KeptLetters())

        at_once(lambda: acceptance.accept_silent(OwnConnections(), now=SILENCE), times=4)

        assert count_of(AuditLog, AuditLog.action == "milestone.accepted") == 1


class TestParts:
    def test_are_let_go_by_the_milestone_of_the_whole(self, cast: Cast) -> None:
        def divide(step_no: int) -> None:
            with Transactions()() as session:
                parts.divide_step(
                    session,
                    providers=only(FakeCollector()),
                    deal_id=cast.deal_id,
                    step_no=step_no,
                    count=2,
                    viewer=cast.agent,
                    actor=Actor(cast.agent_id),
                    now=NOON,
                )

        divide(2)
        divide(4)  # a part of a part
        report(cast, 6)
        confirm(cast)

        assert [step_of(cast.deal_id, number).accepted_at for number in (1, 3, 5, 6)] == [
            None,
            NOON,
            NOON,
            NOON,
        ]
