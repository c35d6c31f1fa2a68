from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import Connection, text, update

from shared.config.reconciliation import ReconciliationSettings
from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, flows
from shared.ledger.posting import Cause
from shared.payments.models import PaymentIntent
from shared.payouts.models import Payout, PayoutStatus
from shared.reconciliation import checking_books
from shared.reconciliation.found import Found
from shared.reconciliation.models import DifferenceKind
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, hear, pay_and_release, pay_step
from tests.shared.payments.world import Cast, a_cast

SETTINGS: Final = ReconciliationSettings(0, 3, 3, 24)


def check(*, days: int = 0, hours: int = 0) -> list[Found]:
    with Transactions()() as session:
        return checking_books.check(
            session, SETTINGS, now=utc_now() + timedelta(days=days, hours=hours, minutes=1)
        )


@pytest.fixture
def cast(database: object) -> Cast:
    return a_cast()


class TestBooksThatAreRight:
    def test_show_nothing(self, bank: FakeCollector, cast: Cast) -> None:
        pay_step(bank, cast)

        assert check(days=30) == []


class TestBooksThatAreWrong:
    def test_show_a_lack_of_cover_to_the_kopeck(self, bank: FakeCollector, cast: Cast) -> None:
        pay_step(bank, cast)
        with Transactions()() as session:
            flows.provider_charge(
                session,
                provider="yookassa",
                reference="never covered",
                charge=Money(1),
                occurred_at=utc_now(),
                cause=Cause(),
            )

        (found,) = check()

        assert (found.kind, found.expected, found.actual) == (
            DifferenceKind.COVER_SHORT,
            Money(300_000_00),
            Money(299_999_99),
        )

    def test_show_a_balance_that_isnt_its_entries(
        self, bank: FakeCollector, cast: Cast, administrator: Connection
    ) -> None:
        pay_step(bank, cast)
        administrator.execute(text("ALTER TABLE ledger_balances DISABLE TRIGGER USER"))
        administrator.execute(text("UPDATE ledger_balances SET balance_kopecks = balance_kopecks + 1"))
        administrator.execute(text("ALTER TABLE ledger_balances ENABLE TRIGGER USER"))
        administrator.commit()

        drifted = [each.subject for each in check() if each.kind is DifferenceKind.ACCOUNT_DRIFTED]

        assert drifted == [accounts.deal_hold(cast.deal_id, 1).key]


class TestMoneyThatWaits:
    def test_in_suspense_is_named_after_some_days(self, bank: FakeCollector) -> None:
        stranger = bank.foreign(Money(77_00))
        bank.pay(stranger.provider_id)
        hear(bank, stranger.provider_id)

        assert check(days=2) == []
        (found,) = check(days=3)
        assert (found.kind, found.actual) == (DifferenceKind.SUSPENSE_OLD, Money(77_00))

    def test_behind_a_link_that_nobody_knows_of_is_named_after_a_day(
        self, bank: FakeCollector, cast: Cast
    ) -> None:
        intent = ask_for_link(bank, cast)
        with Transactions()() as session:
            session.execute(
                update(PaymentIntent).values(
                    status="created", provider_payment_id=None, unknown_since=utc_now()
                )
            )

        assert check(hours=23) == []
        assert [(each.kind, each.subject) for each in check(hours=24)] == [
            (DifferenceKind.INTENT_UNKNOWN, str(intent.id))
        ]

    def test_behind_a_link_that_is_past_its_end_is_named(self, bank: FakeCollector, cast: Cast) -> None:
        ask_for_link(bank, cast)

        assert check(hours=24) == []
        assert [each.kind for each in check(hours=26)] == [DifferenceKind.INTENT_UNKNOWN]

    def test_in_a_payout_that_nobody_knows_of_is_named(self, database: object, cast: Cast) -> None:
        pay_and_release(cast)
        with Transactions()() as session:
            payout = session.query(Payout).filter(Payout.owner_user_id == cast.agent_id).one()
            payout.account_id = session.execute(text("SELECT id FROM payout_accounts LIMIT 1")).scalar_one()
            payout.status, payout.unknown_since = PayoutStatus.UNKNOWN, utc_now()

        assert check(hours=23) == []
        assert [(each.kind, each.actual) for each in check(hours=24)] == [
            (DifferenceKind.PAYOUT_UNKNOWN, payout.amount_kopecks)
        ]

    def test_in_a_deal_that_is_closed_is_named(self, bank: FakeCollector, cast: Cast) -> None:
        pay_step(bank, cast)
        with Transactions()() as session:
            session.execute(update(Deal).values(status=DealStatus.CLOSED))

        assert [(each.kind, each.subject, each.actual) for each in check()] == [
            (DifferenceKind.DEAL_CLOSED_WITH_MONEY, str(cast.deal_id), Money(300_000_00))
        ]

    def test_released_and_not_paid_out_is_seen_in_a_closed_deal_too(
        self, database: object, cast: Cast
    ) -> None:
        pay_and_release(cast)
        with Transactions()() as session:
            session.execute(update(Deal).values(status=DealStatus.CLOSED))

        (found,) = check()

        assert (found.kind, found.actual) == (DifferenceKind.DEAL_CLOSED_WITH_MONEY, Money(294_000_00))
