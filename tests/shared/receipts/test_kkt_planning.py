"""Which receipts of a cash register there are, and what each says."""

import pytest
from sqlalchemy import select

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money, total
from shared.payments.models import Payment, PaymentStatus
from shared.payouts import release
from shared.ports.fiscal import PaymentMode, ReceiptSense, Settlement
from shared.receipts import kkt_orders, kkt_planning, refunded
from shared.receipts.kkt_models import KktKind, KktReceipt
from shared.receipts.models import Receipt, ReceiptKind, ReceiptStatus
from shared.refunds.unplaced import return_unplaced
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import hear, pay_step
from tests.shared.payments.world import Cast, a_cast, a_person, count_of
from tests.shared.receipts.cash_register import receipts_of, release_some, statuses
from tests.shared.refunds.asking import WHOLE, ask, own_funds, run
from tests.shared.refunds.fakes import FakeRefunder

PART = Money(100_000_00)
SENDING, PLANNED = ReceiptStatus.SENDING, ReceiptStatus.PLANNED


@pytest.fixture
def refunder(database: object) -> FakeRefunder:
    return FakeRefunder()


def paid(cast: Cast | None = None) -> Cast:
    cast = cast or a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    return cast


def plan_offsets() -> int:
    return kkt_planning.plan_offsets(Transactions(), now=utc_now())


def refund(refunder: FakeRefunder, cast: Cast, amount: Money) -> None:
    ask(cast, amount)
    assert run(refunder, on_refunded=refunded.of_refund) == {"succeeded": 1}


def every_payment() -> list[Payment]:
    with Transactions()() as session:
        return list(session.scalars(select(Payment)))


def lines_of(kkt: KktReceipt) -> list[tuple[Money, PaymentMode]]:
    with Transactions()() as session:
        order = kkt_orders.order_of(session, kkt)
    return [(line.amount, line.mode) for line in order.receipt.lines]


class TestPayment:
    def test_of_an_agencys_client_has_a_receipt_that_the_register_has_already(self, database: object) -> None:
        cast = paid()

        ((receipt, kkt),) = receipts_of(cast.deal_id)
        assert statuses(cast.deal_id) == [(KktKind.PREPAYMENT, SENDING, WHOLE)]
        assert receipt.kind is ReceiptKind.KKT
        assert receipt.taxpayer_organization_id == cast.organization_id
        assert receipt.taxpayer_id is None
        assert kkt.carried
        assert lines_of(kkt) == [(WHOLE, PaymentMode.FULL_PREPAYMENT)]

    def test_of_a_self_employed_agents_client_has_none_of_a_register(self, database: object) -> None:
        paid(a_cast(agency=False))

        assert count_of(KktReceipt) == 0
        assert count_of(Receipt, Receipt.kind == ReceiptKind.NPD) == 1

    def test_that_is_told_twice_has_one(self, database: object) -> None:
        cast, bank = a_cast(), FakeCollector()
        intent = pay_step(bank, cast)
        hear(bank, intent.provider_payment_id or "", on_paid=kkt_planning.of_payment)

        assert len(receipts_of(cast.deal_id)) == 1


class TestOffset:
    def test_is_planned_for_a_released_step(self, database: object) -> None:
        cast = paid(a_cast())
        assert plan_offsets() == 0
        release.release_due(Transactions(), now=utc_now())

        assert plan_offsets() == 1

        (taken, _), (_, offset) = receipts_of(cast.deal_id)
        assert statuses(cast.deal_id)[1] == (KktKind.OFFSET, PLANNED, WHOLE)
        assert offset.follows_id == taken.id
        with Transactions()() as session:
            order = kkt_orders.order_of(session, offset)
        assert (order.sense, order.settlement) == (ReceiptSense.INCOME, Settlement.PREPAYMENT)
        assert lines_of(offset) == [(WHOLE, PaymentMode.FULL_PAYMENT)]

    def test_is_planned_once(self, database: object) -> None:
        cast = paid(a_cast())
        release.release_due(Transactions(), now=utc_now())

        assert [plan_offsets(), plan_offsets()] == [1, 0]

        assert len(receipts_of(cast.deal_id, KktKind.OFFSET)) == 1

    def test_each_release_of_a_step_has_its_own(self, database: object) -> None:
        cast = paid()
        release_some(cast, PART)
        assert plan_offsets() == 1
        (_, taken), _ = receipts_of(cast.deal_id)
        assert taken.offset_whole_at is None

        release_some(cast, WHOLE - PART)
        assert plan_offsets() == 1

        offsets = receipts_of(cast.deal_id, KktKind.OFFSET)
        assert [receipt.amount_kopecks for receipt, _ in offsets] == [PART, WHOLE - PART]
        ((_, taken),) = receipts_of(cast.deal_id, KktKind.PREPAYMENT)
        assert taken.offset_whole_at is not None

    def test_is_of_what_a_refund_left(self, refunder: FakeRefunder) -> None:
        cast = paid()
        refund(refunder, cast, PART)
        release_some(cast, WHOLE - PART)

        assert plan_offsets() == 1

        assert [row[0::2] for row in statuses(cast.deal_id)] == [
            (KktKind.PREPAYMENT, WHOLE),
            (KktKind.RETURN, PART),
            (KktKind.OFFSET, WHOLE - PART),
        ]
        ((_, taken),) = receipts_of(cast.deal_id, KktKind.PREPAYMENT)
        assert taken.offset_whole_at is not None


class TestReturn:
    def test_of_what_was_not_released_is_a_prepayments(self, refunder: FakeRefunder) -> None:
        cast = paid()

        refund(refunder, cast, PART)

        (taken, _), (receipt, returned) = receipts_of(cast.deal_id)
        assert (receipt.status, receipt.amount_kopecks) == (SENDING, PART)
        assert returned.follows_id == taken.id
        assert lines_of(returned) == [(PART, PaymentMode.FULL_PREPAYMENT)]

    def test_of_what_was_released_is_a_full_payments(self, refunder: FakeRefunder) -> None:
        cast = paid(a_cast())
        release.release_due(Transactions(), now=utc_now())
        own_funds(WHOLE)

        refund(refunder, cast, PART)

        ((_, returned),) = receipts_of(cast.deal_id, KktKind.RETURN)
        assert lines_of(returned) == [(PART, PaymentMode.FULL_PAYMENT)]

    def test_of_both_names_both(self, refunder: FakeRefunder) -> None:
        cast = paid()
        own_funds(WHOLE)
        release_some(cast, PART)

        refund(refunder, cast, WHOLE)

        ((_, returned),) = receipts_of(cast.deal_id, KktKind.RETURN)
        assert set(lines_of(returned)) == {
            (PART, PaymentMode.FULL_PAYMENT),
            (WHOLE - PART, PaymentMode.FULL_PREPAYMENT),
        }

    def test_travels_with_the_refund(self, refunder: FakeRefunder) -> None:
        cast = paid()
        refund(refunder, cast, PART)

        (order,) = refunder.orders.values()

        assert order.receipt is not None
        assert [line.amount for line in order.receipt.lines] == [PART]
        assert order.receipt.customer_email == "anna@example.com"

    def test_each_of_several_has_its_own_and_they_sum_to_the_payment(self, refunder: FakeRefunder) -> None:
        cast = paid()
        for part in (Money(33_333_33), Money(66_666_67), Money(200_000_00)):
            refund(refunder, cast, part)

        returns = receipts_of(cast.deal_id, KktKind.RETURN)

        assert total([receipt.amount_kopecks for receipt, _ in returns]) == WHOLE
        ((_, taken),) = receipts_of(cast.deal_id, KktKind.PREPAYMENT)
        assert taken.offset_whole_at is not None

    def test_a_self_employed_agents_refund_has_none(self, refunder: FakeRefunder) -> None:
        cast = paid(a_cast(agency=False, hold_days=3))
        refund(refunder, cast, PART)

        assert count_of(KktReceipt) == 0
        (order,) = refunder.orders.values()
        assert order.receipt is None

    def test_a_second_payment_that_goes_back_had_a_receipt_too(self, refunder: FakeRefunder) -> None:
        cast, bank = a_cast(hold_days=3), FakeCollector()
        intent = pay_step(bank, cast)
        again = bank.foreign(WHOLE, str(intent.id))
        bank.pay(again.provider_id)
        hear(bank, again.provider_id)
        stray = next(one for one in every_payment() if one.status is PaymentStatus.SUSPENSE)
        with Transactions()() as session:
            operator = a_person(session, now=utc_now())
            return_unplaced(
                session, payment_id=stray.id, requested_by=operator.id, actor=SYSTEM, now=utc_now()
            )

        assert run(refunder, on_refunded=refunded.of_refund) == {"succeeded": 1}

        of_stray = [kkt.kkt_kind for _, kkt in receipts_of(cast.deal_id) if kkt.payment_id == stray.id]
        assert sorted(of_stray) == [KktKind.PREPAYMENT, KktKind.RETURN]
