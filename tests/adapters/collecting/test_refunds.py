"""The contract of ``RefundProvider``: money goes back once, whatever breaks on the way."""

import time
from uuid import uuid4

import pytest

from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.payments import (
    OutcomeUnknown,
    PaymentOrder,
    PaymentState,
    ProviderPayment,
    ProviderRefund,
    ProviderRefused,
    RefundOrder,
    RefundState,
)
from tests.adapters.collecting.sides import RefundingSide

DONE_BUT_UNTOLD = ["error_after", "drop_after", "bad_gateway", "accepted"]
NOT_DONE = ["error_before", "drop_before"]


@pytest.fixture
def paid(refunding: RefundingSide, order: PaymentOrder, key: str) -> ProviderPayment:
    made = refunding.payments().create(order, key=key)
    refunding.pay(made.provider_id)
    return made


def a_refund(
    paid: ProviderPayment, amount: Money | None = None, *, left_before: Money | None = None
) -> RefundOrder:
    return RefundOrder(
        refund_id=str(uuid4()),
        provider_payment_id=paid.provider_id,
        amount=amount or paid.amount,
        left_before=left_before or paid.amount,
        description="Возврат по сделке 42",
        created_at=utc_now(),
        paid=paid.amount,
    )


def as_now(refunding: RefundingSide, order: RefundOrder, provider_id: str) -> ProviderRefund:
    found = refunding.refunds().find_refund(order, provider_id=provider_id)
    assert found is not None
    return found


class TestRefund:
    def test_pays_all_back(self, refunding: RefundingSide, paid: ProviderPayment) -> None:
        order = a_refund(paid)

        refund = refunding.refunds().refund(order, key=order.refund_id)

        assert (refund.state, refund.amount) == (RefundState.SUCCEEDED, paid.amount)
        assert refund.provider_payment_id == paid.provider_id
        assert refunding.paid_back(paid.provider_id) == paid.amount
        after = refunding.payments().get(paid.provider_id)
        assert after is not None
        assert (after.state, after.refunded) == (PaymentState.SUCCEEDED, paid.amount)

    def test_pays_three_parts_that_are_the_whole(
        self, refunding: RefundingSide, paid: ProviderPayment
    ) -> None:
        left = paid.amount
        for part in (Money(50_000_00), Money(50_000_00), Money(50_000_00)):
            order = a_refund(paid, part, left_before=left)
            assert refunding.refunds().refund(order, key=order.refund_id).state is RefundState.SUCCEEDED
            left -= part

        assert refunding.paid_back(paid.provider_id) == paid.amount
        more = a_refund(paid, Money(1_00), left_before=left)
        with pytest.raises(ProviderRefused):
            refunding.refunds().refund(more, key=more.refund_id)

    def test_is_refused_beyond_what_was_paid(self, refunding: RefundingSide, paid: ProviderPayment) -> None:
        order = a_refund(paid, paid.amount + Money(1))

        with pytest.raises(ProviderRefused):
            refunding.refunds().refund(order, key=order.refund_id)

        assert refunding.paid_back(paid.provider_id) == Money.zero()

    @pytest.mark.parametrize("part", [Money(150_000_00), Money(50_000_00)])
    @pytest.mark.parametrize("kind", DONE_BUT_UNTOLD)
    def test_whose_answer_was_lost_is_found(
        self, refunding: RefundingSide, paid: ProviderPayment, kind: str, part: Money
    ) -> None:
        order = a_refund(paid, part)
        refunding.spoil(kind, "refund")
        with pytest.raises(OutcomeUnknown):
            refunding.refunds().refund(order, key=order.refund_id)

        found = refunding.refunds().find_refund(order, provider_id=None)

        assert found is not None
        assert (found.state, found.amount) == (RefundState.SUCCEEDED, part)
        assert refunding.paid_back(paid.provider_id) == part

    @pytest.mark.parametrize("kind", NOT_DONE)
    def test_that_did_not_happen_is_not_found_and_repeated(
        self, refunding: RefundingSide, paid: ProviderPayment, kind: str
    ) -> None:
        order = a_refund(paid, Money(50_000_00))
        refunding.spoil(kind, "refund")
        with pytest.raises(OutcomeUnknown):
            refunding.refunds().refund(order, key=order.refund_id)
        assert refunding.refunds().find_refund(order, provider_id=None) is None

        refunding.refunds().refund(order, key=order.refund_id)

        assert refunding.paid_back(paid.provider_id) == order.amount

    def test_of_a_silent_bank_ends_within_the_timeout(
        self, refunding: RefundingSide, paid: ProviderPayment
    ) -> None:
        order = a_refund(paid)
        refunding.spoil("hang_after", "refund", seconds=4)
        started = time.monotonic()

        with pytest.raises(OutcomeUnknown):
            refunding.refunds(timeout_seconds=1).refund(order, key=order.refund_id)

        assert time.monotonic() - started < 3.5

    @pytest.mark.parametrize("kind", [*DONE_BUT_UNTOLD, *NOT_DONE])
    def test_that_cannot_be_looked_for_is_unknown(
        self, refunding: RefundingSide, paid: ProviderPayment, kind: str
    ) -> None:
        refunding.spoil(kind, "find_refund")

        with pytest.raises(OutcomeUnknown):
            refunding.refunds().find_refund(a_refund(paid), provider_id=None)


class TestHeldRefund:
    def test_is_pending_and_ends_well(self, refunding: RefundingSide, paid: ProviderPayment) -> None:
        refunding.hold_refunds()
        left = paid.amount
        for part in (Money(50_000_00), Money(60_000_00), Money(40_000_00)):
            order = a_refund(paid, part, left_before=left)
            taken = refunding.refunds().refund(order, key=order.refund_id)
            assert taken.state is RefundState.PENDING
            assert as_now(refunding, order, taken.provider_id).state is RefundState.PENDING
            refunding.end_refund(paid.provider_id, well=True)
            assert as_now(refunding, order, taken.provider_id).state is RefundState.SUCCEEDED
            left -= part

        assert refunding.paid_back(paid.provider_id) == paid.amount

    @pytest.mark.parametrize("earlier", [Money.zero(), Money(50_000_00)])
    def test_that_the_payers_bank_sends_back_is_canceled_with_a_reason(
        self, refunding: RefundingSide, paid: ProviderPayment, earlier: Money
    ) -> None:
        if earlier != Money.zero():
            first = a_refund(paid, earlier)
            refunding.refunds().refund(first, key=first.refund_id)
        refunding.hold_refunds()
        order = a_refund(paid, Money(30_000_00), left_before=paid.amount - earlier)

        taken = refunding.refunds().refund(order, key=order.refund_id)
        refunding.end_refund(paid.provider_id, well=False)
        failed = as_now(refunding, order, taken.provider_id)

        assert failed.state is RefundState.CANCELED
        assert failed.cancellation_reason
        assert refunding.paid_back(paid.provider_id) == earlier
