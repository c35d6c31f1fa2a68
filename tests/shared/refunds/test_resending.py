"""Where the provider knows no keys, a refund whose answer was lost is sent again only when a person says so."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.audit.models import AuditLog
from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.refunds import resending
from shared.refunds.errors import RefundMayBeMade, RefundNotFound
from shared.refunds.models import Refund, RefundStatus
from shared.refunds.sending import order_of
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import balance, pay_step
from tests.shared.payments.world import a_cast, assert_books_balance
from tests.shared.refunds.asking import WHOLE, ask, hear, open_tasks, refund_of, run
from tests.shared.refunds.fakes import FakeRefunder, pending

_DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def without_keys(refunder: FakeRefunder) -> None:
    refunder.capabilities = refunder.capabilities._replace(key_life=None)


@pytest.fixture
def lost(refunder: FakeRefunder) -> Refund:
    """Sent a moment ago, without an answer; nothing was made."""
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    refunder.before = OutcomeUnknown("timeout")
    refund = ask(cast)
    assert run(refunder) == {"unknown": 1}
    return refund


def look(refunder: FakeRefunder, *hours: float) -> Iterator[dict[str, int]]:
    """The schedule's runs, so many hours after the sending."""
    return (run(refunder, later=timedelta(hours=each)) for each in hours)


def decide(refund: Refund, *, later: timedelta = _DAY) -> Refund:
    with Transactions()() as session:
        return resending.decide(
            session, refund_id=refund.id, actor=Actor(refund.requested_by, "192.0.2.7"), now=utc_now() + later
        )


def make_late(refunder: FakeRefunder, refund: Refund) -> str:
    """The provider makes after all what it was once asked for; its id."""
    with Transactions()() as session:
        order = order_of(session, session.get_one(Refund, refund.id))
    return refunder.refund(order, key="late").provider_id


def audited(refund: Refund, action: str) -> list[AuditLog]:
    with Transactions()() as session:
        found = select(AuditLog).where(AuditLog.entity_id == refund.id, AuditLog.action == action)
        return list(session.scalars(found))


class TestALostAnswer:
    def test_is_not_followed_by_a_sending(self, refunder: FakeRefunder, lost: Refund) -> None:
        assert list(look(refunder, 0.1, 1, 12, 24, 48, 96)) == [{"unknown": 1}] * 6

        assert refunder.orders == {}
        assert refund_of(lost.id).tries == 1
        assert balance(accounts.refund_in_transit(lost.id)) == WHOLE

    def test_is_a_persons_matter_after_a_day(self, refunder: FakeRefunder, lost: Refund) -> None:
        list(look(refunder, 0.1, 12, 23.5))
        assert open_tasks("refund_unknown") == []

        list(look(refunder, 24.5, 26))

        assert open_tasks("refund_unknown") == ["may_be_sent_again"]

    def test_of_a_refund_that_was_made_late_is_found(self, refunder: FakeRefunder, lost: Refund) -> None:
        list(look(refunder, 0.1, 23))
        make_late(refunder, lost)

        assert list(look(refunder, 25)) == [{"succeeded": 1}]
        assert len(refunder.refunds) == 1
        assert_books_balance()

    def test_while_somebodys_refund_goes_on_begins_anew(self, refunder: FakeRefunder, lost: Refund) -> None:
        list(look(refunder, 0.1, 12))
        refunder.undecided = True
        list(look(refunder, 14))
        refunder.undecided = False
        list(look(refunder, 16, 25, 38.5))
        assert "may_be_sent_again" not in open_tasks("refund_unknown")
        with pytest.raises(RefundMayBeMade):
            decide(lost, later=timedelta(hours=38.5))

        list(look(refunder, 40))

        assert "may_be_sent_again" in open_tasks("refund_unknown")

    def test_may_be_interrupted_by_silence(self, refunder: FakeRefunder, lost: Refund) -> None:
        list(look(refunder, 0.1))
        refunder.silent = True
        list(look(refunder, 12))
        refunder.silent = False

        list(look(refunder, 24.5))

        assert open_tasks("refund_unknown") == ["may_be_sent_again"]


class TestDecision:
    @pytest.fixture
    def settled(self, refunder: FakeRefunder, lost: Refund) -> Refund:
        list(look(refunder, 0.1, 12, 24.5))
        return lost

    def test_sends_it_once(self, refunder: FakeRefunder, settled: Refund) -> None:
        decide(settled, later=timedelta(hours=25))

        assert list(look(refunder, 25)) == [{"succeeded": 1}]
        assert list(look(refunder, 26, 60)) == [{}, {}]
        assert len(refunder.refunds) == 1
        assert refund_of(settled.id).tries == 2
        assert open_tasks("refund_unknown") == []
        assert balance(accounts.refund_in_transit(settled.id)) == Money.zero()
        assert_books_balance()

    def test_is_good_for_one_sending(self, refunder: FakeRefunder, settled: Refund) -> None:
        decide(settled, later=timedelta(hours=25))
        refunder.before = OutcomeUnknown("timeout")

        assert list(look(refunder, 25, 26, 40)) == [{"unknown": 1}] * 3

        assert refunder.orders == {}
        assert refund_of(settled.id).tries == 2
        with pytest.raises(RefundMayBeMade):
            decide(settled, later=timedelta(hours=48))

    def test_taken_twice_is_one(self, refunder: FakeRefunder, settled: Refund) -> None:
        decide(settled, later=timedelta(hours=25))
        decide(settled, later=timedelta(hours=25))

        list(look(refunder, 25, 26))

        assert len(refunder.refunds) == 1
        assert [entry.action for entry in audited(settled, "refund.resend_decided")] == [
            "refund.resend_decided"
        ]

    def test_yields_to_a_refund_that_shows_up(self, refunder: FakeRefunder, settled: Refund) -> None:
        decide(settled, later=timedelta(hours=25))
        make_late(refunder, settled)

        assert list(look(refunder, 25)) == [{"succeeded": 1}]

        assert refund_of(settled.id).tries == 1
        assert len(refunder.refunds) == 1

    def test_is_void_when_something_goes_on_at_the_bank(
        self, refunder: FakeRefunder, settled: Refund
    ) -> None:
        decide(settled, later=timedelta(hours=25))
        refunder.undecided = True
        list(look(refunder, 25))
        refunder.undecided = False

        list(look(refunder, 26, 30))

        assert refunder.orders == {}
        assert refund_of(settled.id).resend_decided_at is None

    def test_that_the_bank_refuses_ends_nothing(self, refunder: FakeRefunder, settled: Refund) -> None:
        decide(settled, later=timedelta(hours=25))
        refunder.before = ProviderRefused("4")

        assert list(look(refunder, 25)) == [{"unknown": 1}]

        assert balance(accounts.refund_in_transit(settled.id)) == WHOLE

    def test_says_who_took_it(self, settled: Refund) -> None:
        decide(settled, later=timedelta(hours=25))

        (entry,) = audited(settled, "refund.resend_decided")
        assert (entry.actor_id, entry.ip) == (settled.requested_by, "192.0.2.7")


class TestRefusal:
    def test_before_a_day_is_over(self, refunder: FakeRefunder, lost: Refund) -> None:
        list(look(refunder, 0.1, 12, 22))

        with pytest.raises(RefundMayBeMade):
            decide(lost, later=timedelta(hours=23.5))

    def test_where_the_bank_was_not_heard(self, refunder: FakeRefunder, lost: Refund) -> None:
        refunder.silent = True
        list(look(refunder, 0.1, 12, 25))

        with pytest.raises(RefundMayBeMade):
            decide(lost, later=timedelta(hours=25))

    def test_of_one_that_has_an_end(self, refunder: FakeRefunder, lost: Refund) -> None:
        list(look(refunder, 0.1, 24.5))
        hear(refunder, make_late(refunder, lost))

        assert refund_of(lost.id).status is RefundStatus.SUCCEEDED
        with pytest.raises(RefundMayBeMade):
            decide(lost, later=timedelta(hours=25))

    def test_of_one_that_the_bank_has(self, refunder: FakeRefunder, lost: Refund) -> None:
        list(look(refunder, 0.1, 24.5))
        refunder.plan = pending
        make_late(refunder, lost)
        list(look(refunder, 26))
        refunder.silent = True
        list(look(refunder, 28))

        assert refund_of(lost.id).status is RefundStatus.UNKNOWN
        with pytest.raises(RefundMayBeMade):
            decide(lost, later=timedelta(hours=72))

    def test_of_none(self, database: object, lost: Refund) -> None:
        lost.id = lost.payment_id
        with pytest.raises(RefundNotFound):
            decide(lost)
