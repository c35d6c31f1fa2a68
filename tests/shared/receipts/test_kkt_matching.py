"""What a cash register tells by itself, in any order, becomes the receipt that it is."""

import pytest
from sqlalchemy import select

from shared.audit.models import AuditLog
from shared.db.session import Transactions
from shared.kernel.money import Money
from shared.ports.fiscal import PaymentMode, ReceiptSense
from shared.receipts.document_models import KeptDocument
from shared.receipts.kkt_models import KktKind
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, count_of
from tests.shared.receipts.cash_register import (
    FakeRegister,
    receipts_of,
    run,
)
from tests.shared.receipts.telling import (
    FAILED,
    MISSING,
    PART,
    PREPAID,
    REGISTERED,
    SENDING,
    SERVED,
    SOON,
    STORAGE,
    UNMATCHED,
    Teller,
    cast,
    enter,
    id_of,
    matched,
    register,
    released,
    status_of,
    teller,
)
from tests.shared.refunds.asking import WHOLE, open_tasks

__all__ = ["cast", "register", "released", "teller"]


class TestWhatTheRegisterTells:
    def test_registers_the_prepayment_with_its_numbers(self, cast: Cast, teller: Teller) -> None:
        teller.tells(PREPAID)

        ((receipt, kkt),) = receipts_of(cast.deal_id)
        assert receipt.status is REGISTERED
        assert (kkt.document_number, kkt.storage_number, kkt.attribute) == ("1", STORAGE, "351")
        assert kkt.next_at is None
        assert matched() == [receipt.id]
        assert count_of(AuditLog, AuditLog.action == "receipt.registered") == 1

    def test_twice_changes_nothing(self, cast: Cast, teller: Teller) -> None:
        teller.tells(PREPAID)
        teller.tells(PREPAID, number=1)

        assert len(matched()) == 1
        assert open_tasks(UNMATCHED) == []

    @pytest.mark.parametrize(
        ("mode", "amount", "sense"),
        [
            (SERVED, WHOLE, ReceiptSense.INCOME),
            (PREPAID, PART, ReceiptSense.INCOME),
            (PREPAID, WHOLE, ReceiptSense.INCOME_RETURN),
        ],
        ids=["another kind", "another sum", "another sense"],
    )
    def test_that_fits_no_receipt_is_a_persons_matter(
        self, cast: Cast, teller: Teller, mode: PaymentMode, amount: Money, sense: ReceiptSense
    ) -> None:
        teller.tells(mode, amount, sense=sense)

        assert status_of(cast, KktKind.PREPAYMENT) is SENDING
        assert open_tasks(UNMATCHED) == ["no_receipt_fits"]

    def test_without_lines_is_the_one_asked_for_first(
        self, register: FakeRegister, released: Cast, teller: Teller
    ) -> None:
        assert run(register, later=SOON) == {"offset": 1, "sending": 1}

        teller.tells(None)

        assert status_of(released, KktKind.OFFSET) is REGISTERED

    def test_before_the_payment_is_known_waits_for_it(self, register: FakeRegister, cast: Cast) -> None:
        collector = FakeCollector()
        other = a_cast()
        foreign = Teller("of-a-payment-to-come")
        foreign.tells(PREPAID)
        assert open_tasks(UNMATCHED) == []
        assert matched() == [None]

        intent = pay_step(collector, other)
        with Transactions()() as session:
            kept = session.scalars(select(KeptDocument)).one()
            kept.provider_payment_id = intent.provider_payment_id or ""

        assert run(register) == {"registered": 1}
        assert status_of(other, KktKind.PREPAYMENT) is REGISTERED
        assert matched() == [id_of(other, KktKind.PREPAYMENT)]

    @pytest.mark.parametrize(
        ("mode", "amount", "sense"),
        [
            (SERVED, WHOLE, ReceiptSense.INCOME),
            (PREPAID, PART, ReceiptSense.INCOME),
            (PREPAID, WHOLE, ReceiptSense.INCOME_RETURN),
        ],
        ids=["another kind", "another sum", "another sense"],
    )
    def test_before_is_not_taken_for_what_it_does_not_fit(
        self,
        register: FakeRegister,
        cast: Cast,
        teller: Teller,
        mode: PaymentMode,
        amount: Money,
        sense: ReceiptSense,
    ) -> None:
        teller.tells(mode, amount, sense=sense)

        assert run(register) == {"sending": 1}
        assert matched() == [None]

    def test_of_anothers_payment_is_nobodys(self, register: FakeRegister, cast: Cast, teller: Teller) -> None:
        Teller("of-another").tells(PREPAID)

        assert run(register) == {"sending": 1}
        assert status_of(cast, KktKind.PREPAYMENT) is SENDING

    def test_as_refused_is_a_task_at_once(self, cast: Cast, teller: Teller) -> None:
        teller.refuses(PREPAID)

        assert status_of(cast, KktKind.PREPAYMENT) is FAILED
        assert open_tasks(MISSING) == ["register_refused"]

    def test_after_a_refusal_settles_it(self, cast: Cast, teller: Teller) -> None:
        teller.refuses(PREPAID)
        teller.tells(PREPAID)

        assert status_of(cast, KktKind.PREPAYMENT) is REGISTERED
        assert open_tasks(MISSING) == []

    def test_as_refused_leaves_what_is_registered(self, cast: Cast, teller: Teller) -> None:
        teller.tells(PREPAID)
        teller.refuses(PREPAID)

        assert status_of(cast, KktKind.PREPAYMENT) is REGISTERED
        assert open_tasks(MISSING) == []


class TestEntering:
    def test_what_was_told_of_before_settles_its_task(self, cast: Cast, teller: Teller) -> None:
        teller.tells(SERVED, number=9)
        assert open_tasks(UNMATCHED) == ["no_receipt_fits"]

        enter(cast, KktKind.PREPAYMENT, 9)

        assert open_tasks(UNMATCHED) == []
        assert matched() == [id_of(cast, KktKind.PREPAYMENT)]
