"""A refund leaves once, and its end is found out whatever happens."""

from datetime import timedelta

import pytest

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.recording import Claim
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.refunds import outcomes
from shared.refunds.errors import NoPartialRefunds
from shared.refunds.models import Refund, RefundStatus
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import balance, pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance
from tests.shared.refunds.asking import WHOLE, ask, hear, held, nothing_more, open_tasks, refund_of, run
from tests.shared.refunds.fakes import FakeRefunder, canceled, pending, succeeded


@pytest.fixture
def paid(refunder: FakeRefunder) -> Cast:
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    return cast


class Remembered:
    """What a refund causes besides, told to a test."""

    def __init__(self) -> None:
        self.refunds: list[object] = []

    def __call__(self, _session: object, refund: Refund, _now: object) -> None:
        assert refund.status is RefundStatus.SUCCEEDED
        self.refunds.append(refund.id)


class TestSending:
    def test_a_pending_one_is_asked_about_until_it_is_there(self, refunder: FakeRefunder, paid: Cast) -> None:
        refunder.plan = pending
        refund = ask(paid)
        assert run(refunder) == {"sending": 1}
        assert run(refunder, later=timedelta(minutes=5)) == {"sending": 1}
        assert balance(accounts.refund_in_transit(refund.id)) == WHOLE

        refunder.finish()
        assert run(refunder, later=timedelta(hours=2)) == {"succeeded": 1}
        assert run(refunder, later=timedelta(days=1)) == {}
        assert len(refunder.refunds) == 1

    def test_five_runs_at_once_send_once(self, refunder: FakeRefunder, paid: Cast) -> None:
        refund = ask(paid)

        at_once(lambda: run(refunder, transactions=OwnConnections()), times=5)

        assert len(refunder.orders) == 1
        assert refund_of(refund.id).tries == 1
        assert_books_balance()

    def test_its_consequence_happens_once(self, refunder: FakeRefunder, paid: Cast) -> None:
        refunder.plan = pending
        refund, caused = ask(paid), Remembered()
        run(refunder, on_refunded=caused)
        made_id = refunder.finish()

        hear(refunder, made_id, on_refunded=caused)
        hear(refunder, made_id, on_refunded=caused)
        run(refunder, later=timedelta(hours=2), on_refunded=caused)

        assert caused.refunds == [refund.id]

    def test_a_provider_of_whole_refunds_is_not_asked_for_a_part(
        self, refunder: FakeRefunder, paid: Cast
    ) -> None:
        with pytest.raises(NoPartialRefunds):
            ask(paid, Money(1_00), in_parts=False)
        assert ask(paid, in_parts=False).status is RefundStatus.ACCEPTED

    def test_a_refusal_undoes_it(self, refunder: FakeRefunder, paid: Cast) -> None:
        refunder.before = ProviderRefused("invalid_request")
        refund = ask(paid)

        assert run(refunder) == {"failed": 1}

        assert refund_of(refund.id).failure_reason == "invalid_request"
        assert held(paid) == WHOLE
        assert_books_balance()

    def test_a_refusal_for_want_of_money_waits(self, refunder: FakeRefunder, paid: Cast) -> None:
        refunder.before = ProviderRefused("insufficient_funds")
        ask(paid)

        assert run(refunder) == {"awaiting_cover": 1}
        assert run(refunder, later=timedelta(hours=1)) == {"succeeded": 1}

    def test_another_sum_than_ours_is_a_persons_matter(self, refunder: FakeRefunder, paid: Cast) -> None:
        refunder.plan = lambda made: succeeded(made._replace(amount=made.amount + Money(1)))
        refund = ask(paid)

        assert run(refunder) == {"unknown": 1}

        assert open_tasks("refund_contradicted") == ["other_refund"]
        assert balance(accounts.refund_in_transit(refund.id)) == WHOLE
        assert run(refunder, later=timedelta(days=2)) == {}


class TestUnknownOutcome:
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_is_never_answered_by_a_second_refund(
        self, refunder: FakeRefunder, paid: Cast, moment: str
    ) -> None:
        setattr(refunder, moment, OutcomeUnknown("timeout"))
        refund = ask(paid)
        assert run(refunder) == {"unknown": 1}
        assert refund_of(refund.id).unknown_since is not None
        assert balance(accounts.refund_in_transit(refund.id)) == WHOLE

        assert run(refunder, later=timedelta(minutes=5)) == {"succeeded": 1}

        assert len(refunder.refunds) == 1
        assert_books_balance()

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_stays_unknown_when_the_repeat_is_refused(
        self, refunder: FakeRefunder, paid: Cast, moment: str
    ) -> None:
        setattr(refunder, moment, OutcomeUnknown("timeout"))
        refund = ask(paid)
        run(refunder)
        # The provider doesn't show it yet, and says no to the repeat.
        hidden = dict(refunder.orders)
        refunder.orders.clear()
        refunder.before = ProviderRefused("too_many_requests")

        assert run(refunder, later=timedelta(minutes=5)) == {"unknown": 1}
        assert open_tasks("refund_failed") == []
        assert balance(accounts.refund_in_transit(refund.id)) == WHOLE

        refunder.orders.update(hidden)
        assert run(refunder, later=timedelta(hours=2)) == {"succeeded": 1}
        assert len(refunder.refunds) == 1

    def test_is_not_sent_again_once_the_key_is_dead(self, refunder: FakeRefunder, paid: Cast) -> None:
        refunder.before = OutcomeUnknown("timeout")
        ask(paid)
        run(refunder)

        assert run(refunder, later=timedelta(hours=23, minutes=1)) == {"unknown": 1}
        assert open_tasks("refund_unknown") == []
        assert run(refunder, later=timedelta(hours=25)) == {"unknown": 1}
        assert refunder.orders == {}
        assert open_tasks("refund_unknown") == ["no_answer"]

    def test_of_a_run_that_died_is_found(self, refunder: FakeRefunder, paid: Cast) -> None:
        refunder.after = KeyboardInterrupt()
        refund = ask(paid)
        with pytest.raises(KeyboardInterrupt):
            run(refunder)
        assert refund_of(refund.id).status is RefundStatus.SENDING

        assert run(refunder, later=timedelta(minutes=5)) == {"succeeded": 1}
        assert len(refunder.refunds) == 1

    def test_silence_about_a_known_one_keeps_the_money_set_aside(
        self, refunder: FakeRefunder, paid: Cast
    ) -> None:
        refunder.plan = pending
        ask(paid)
        run(refunder)
        refunder.silent = True

        assert run(refunder, later=timedelta(minutes=5)) == {"unknown": 1}
        refunder.silent = False
        assert run(refunder, later=timedelta(hours=2)) == {"sending": 1}


class TestDisagreement:
    def test_a_failed_one_that_succeeded_is_told_and_not_booked(
        self, refunder: FakeRefunder, paid: Cast
    ) -> None:
        refunder.plan = canceled("general_decline")
        refund = ask(paid)
        run(refunder)
        made_id = refunder.finish()
        with_id = refund_of(refund.id)
        assert with_id.provider_refund_id == made_id

        _record(refunder, refund, made_id)

        assert open_tasks("refund_contradicted") == ["succeeded_at_provider"]
        assert held(paid) == WHOLE
        assert_books_balance()

    def test_one_that_was_canceled_after_it_succeeded_is_told(
        self, refunder: FakeRefunder, paid: Cast
    ) -> None:
        refund = ask(paid)
        run(refunder)
        made_id = refunder.finish(canceled("rejected_by_payee"))

        _record(refunder, refund, made_id)

        assert open_tasks("refund_contradicted") == ["canceled_at_provider"]
        assert refund_of(refund.id).status is RefundStatus.SUCCEEDED


def _record(refunder: FakeRefunder, refund: Refund, made_id: str) -> None:
    with Transactions()() as session:
        outcomes.record(
            session,
            refund.id,
            refunder.refunds[made_id],
            Claim("yookassa", "registry"),
            on_refunded=nothing_more,
            now=utc_now(),
        )
