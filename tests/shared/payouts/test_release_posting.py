"""Releasing a part of a step: the rest stays held, and the parts sum to the whole to the kopeck."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.models import StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money, total
from shared.ledger import accounts, balances
from shared.payments import remains
from shared.payments.models import Split, SplitStatus
from shared.payouts import outcomes, release_posting
from shared.payouts.models import Payout, PayoutItem
from shared.payouts.owner_parts import parts_of
from shared.payouts.release_models import StepRelease, StepReleasePart
from shared.payouts.release_posting import Decided
from tests.shared.payments.fakes import FakeCollector, FakePayer
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import COMMISSION, Cast, a_cast, assert_books_balance, count_of, step_of


@pytest.fixture
def paid(payer: FakePayer) -> Cast:
    cast = a_cast()
    pay_step(FakeCollector(), cast)
    return cast


def release(cast: Cast, amount: Money) -> UUID:
    with Transactions()() as session:
        deals.deal_for_update(session, cast.deal_id)
        step = deals.step_for_update(session, deal_id=cast.deal_id, step_no=1)
        held = release_posting.held_of(session, step)
        return release_posting.release(session, step, held, amount, decided=Decided(), now=utc_now()).id


def splits_of(cast: Cast) -> list[Split]:
    with Transactions()() as session:
        return list(
            session.scalars(select(Split).where(Split.deal_id == cast.deal_id).order_by(Split.position))
        )


def held_in_books(cast: Cast) -> Money:
    with Transactions()() as session:
        return balances.balance_of(session, accounts.deal_hold(cast.deal_id, 1))


def keys() -> list[str]:
    with Transactions()() as session:
        found = text(
            "SELECT idempotency_key FROM ledger_transactions WHERE kind = 'step_released' ORDER BY recorded_at, id"
        )
        return list(session.scalars(found))


class TestAPart:
    def test_is_taken_from_every_split_and_the_rest_stays_held(self, paid: Cast) -> None:
        release(paid, Money(100_000_00))

        splits = splits_of(paid)
        assert [split.posted_kopecks.kopecks for split in splits] == [
            18_032_79,  # VAT
            2_000_00,
            23_990_16,
            55_977_05,
        ]
        assert total([remains.held(split) for split in splits]) == Money(200_000_00)
        assert held_in_books(paid) == Money(200_000_00)
        assert {split.status for split in splits} == {SplitStatus.HELD}
        assert step_of(paid.deal_id).status is StepStatus.PAID
        assert_books_balance()

    def test_plans_a_payout_of_just_that_part_per_owner(self, paid: Cast) -> None:
        release(paid, Money(100_000_00))

        with Transactions()() as session:
            planned = session.scalars(select(Payout.amount_kopecks).order_by(Payout.amount_kopecks)).all()
        assert planned == [Money(42_022_95), Money(55_977_05)]

    def test_the_first_has_the_payments_key_and_a_later_one_its_own(self, paid: Cast) -> None:
        release(paid, Money(100_000_00))
        later = release(paid, Money(100_000_00))

        payment_id = splits_of(paid)[0].payment_id
        assert keys() == [f"step_released:{payment_id}", f"step_released:{later}"]

    def test_the_last_releases_the_step(self, paid: Cast) -> None:
        for amount in (Money(1), Money(100_000_00), COMMISSION - Money(100_000_01)):
            release(paid, amount)

        assert step_of(paid.deal_id).status is StepStatus.RELEASED
        assert {split.status for split in splits_of(paid)} == {SplitStatus.POSTED}
        assert held_in_books(paid) == Money.zero()

    def test_is_paid_from_the_owners_one_account_however_small(self, paid: Cast) -> None:
        """A kopeck may be all VAT: the account is named by the owner's share nevertheless."""
        release(paid, Money(1))
        release(paid, COMMISSION - Money(1))

        with Transactions()() as session:
            splits = session.scalars(select(Split).order_by(Split.position)).all()
            named = {part.owner_id: part.account_split_id for part in parts_of(splits)}
            for payout in session.scalars(select(Payout)):
                part = outcomes.part_of(session, payout)
                assert part.account_split_id == named[part.owner_id]

    @pytest.mark.parametrize("amount", [Money(0), COMMISSION + Money(1)])
    def test_lies_between_nothing_and_what_is_held(self, paid: Cast, amount: Money) -> None:
        with pytest.raises(ValueError, match="what is held"):
            release(paid, amount)

        assert count_of(StepRelease) == 0


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cuts=st.sets(st.integers(1, COMMISSION.kopecks - 1), max_size=5))
def test_any_parts_post_exactly_what_one_release_would(payer: FakePayer, cuts: set[int]) -> None:
    cast = a_cast()
    pay_step(FakeCollector(), cast)

    for low, high in pairwise([0, *sorted(cuts), COMMISSION.kopecks]):
        release(cast, Money(high - low))

    splits = splits_of(cast)
    assert [split.posted_kopecks for split in splits] == [split.amount_kopecks for split in splits]
    with Transactions()() as session:
        for split in splits:
            told = session.scalar(
                select(func.sum(StepReleasePart.amount_kopecks)).where(StepReleasePart.split_id == split.id)
            )
            assert told == split.amount_kopecks
        for part in parts_of(splits):
            owed = total([split.amount_kopecks for split in part.splits])
            account = accounts.payable(part.owner_id, part.account_split_id)
            assert balances.balance_of(session, account) == owed
            items = session.scalars(
                select(PayoutItem.amount_kopecks).where(
                    PayoutItem.split_id.in_([split.id for split in part.splits])
                )
            )
            assert total(list(items)) == owed
    assert step_of(cast.deal_id).status is StepStatus.RELEASED
    assert_books_balance()
