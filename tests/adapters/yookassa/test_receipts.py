"""The contract of ``FiscalRegister`` and the receipts of payments and refunds, against the stand-in as a process."""

from uuid import uuid4

import pytest

from shared.adapters.fiscal.yookassa import YooKassaRegister
from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.adapters.sbp.yookassa_refunds import YooKassaRefunds
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.fiscal import (
    FiscalReceipt,
    PaymentMode,
    ReceiptOrder,
    ReceiptSense,
    Registration,
    Settlement,
)
from shared.ports.payments import OutcomeUnknown, ProviderRefused, RefundOrder
from tests.adapters.yookassa.bankside import BankSide, a_payment_order
from tests.adapters.yookassa.test_receipt_mapping import a_receipt

WHOLE, PART = Money(150_000_00), Money(50_000_00)


@pytest.fixture
def register(bank: BankSide) -> YooKassaRegister:
    return YooKassaRegister(bank.shop())


@pytest.fixture
def refunds(bank: BankSide) -> YooKassaRefunds:
    return YooKassaRefunds(bank.shop())


@pytest.fixture
def paid(bank: BankSide, payments: YooKassaPayments) -> str:
    made = payments.create(a_payment_order()._replace(receipt=a_receipt(WHOLE)), key=str(uuid4()))
    bank.ask(f"payments/{made.provider_id}/pay")
    return made.provider_id


def an_offset(payment_id: str, amount: Money = WHOLE) -> ReceiptOrder:
    receipt = a_receipt(amount, mode=PaymentMode.FULL_PAYMENT)
    return ReceiptOrder(ReceiptSense.INCOME, Settlement.PREPAYMENT, payment_id, None, receipt, utc_now())


def a_refund(payment_id: str, amount: Money, receipt: FiscalReceipt | None) -> RefundOrder:
    order = RefundOrder(str(uuid4()), payment_id, amount, WHOLE, "Возврат по договору", utc_now())
    return order._replace(receipt=receipt)


class TestWithPayment:
    def test_is_registered_when_the_payment_succeeds(self, register: YooKassaRegister, paid: str) -> None:
        made = register.with_payment(paid)

        assert made is not None
        assert (made.state, made.amount) == (Registration.SUCCEEDED, WHOLE)
        assert made.document_number is not None
        assert made.storage_number is not None
        assert made.attribute is not None
        assert made.registered_at is not None

    def test_is_not_there_before(
        self, register: YooKassaRegister, payments: YooKassaPayments, key: str
    ) -> None:
        made = payments.create(a_payment_order()._replace(receipt=a_receipt(WHOLE)), key=key)

        assert register.with_payment(made.provider_id) is None

    def test_is_never_there_for_a_payment_without_its_data(
        self, register: YooKassaRegister, payments: YooKassaPayments, bank: BankSide, key: str
    ) -> None:
        made = payments.create(a_payment_order(), key=key)
        bank.ask(f"payments/{made.provider_id}/pay")

        assert register.with_payment(made.provider_id) is None

    def test_waits_for_the_cash_register(
        self, register: YooKassaRegister, payments: YooKassaPayments, bank: BankSide, key: str
    ) -> None:
        bank.ask("receipts/plan", plan="hold")
        made = payments.create(a_payment_order()._replace(receipt=a_receipt(WHOLE)), key=key)
        bank.ask(f"payments/{made.provider_id}/pay")
        waiting = register.with_payment(made.provider_id)
        assert waiting is not None
        assert (waiting.state, waiting.attribute) == (Registration.PENDING, None)

        bank.ask(f"receipts/{waiting.provider_id}/succeed")

        ended = register.get(waiting.provider_id or "")
        assert ended is not None
        assert ended.state is Registration.SUCCEEDED

    def test_says_when_the_cash_register_failed(
        self, register: YooKassaRegister, payments: YooKassaPayments, bank: BankSide, key: str
    ) -> None:
        bank.ask("receipts/plan", plan="fail")
        made = payments.create(a_payment_order()._replace(receipt=a_receipt(WHOLE)), key=key)
        bank.ask(f"payments/{made.provider_id}/pay")

        failed = register.with_payment(made.provider_id)

        assert failed is not None
        assert failed.state is Registration.CANCELED

    def test_is_not_mistaken_for_the_offset(self, register: YooKassaRegister, paid: str, key: str) -> None:
        prepayment = register.with_payment(paid)
        offset = register.register(an_offset(paid), key=key)

        assert register.with_payment(paid) == prepayment
        assert prepayment is not None
        assert offset.provider_id != prepayment.provider_id


class TestRegister:
    def test_offsets_a_prepayment(
        self, register: YooKassaRegister, paid: str, bank: BankSide, key: str
    ) -> None:
        made = register.register(an_offset(paid, PART), key=key)

        assert (made.state, made.amount) == (Registration.SUCCEEDED, PART)
        kept = next(one for one in bank.see("receipts") if one["id"] == made.provider_id)
        assert kept["settlements"] == [
            {"type": "prepayment", "amount": {"value": "50000.00", "currency": "RUB"}}
        ]
        assert [item["payment_mode"] for item in kept["items"]] == ["full_payment"]

    def test_is_one_receipt_for_one_key(self, register: YooKassaRegister, paid: str, key: str) -> None:
        order = an_offset(paid)

        assert register.register(order, key=key) == register.register(order, key=key)

    def test_is_refused_for_a_payment_that_has_not_succeeded(
        self, register: YooKassaRegister, payments: YooKassaPayments, key: str
    ) -> None:
        made = payments.create(a_payment_order(), key=str(uuid4()))

        with pytest.raises(ProviderRefused, match="invalid_request"):
            register.register(an_offset(made.provider_id), key=key)

    @pytest.mark.parametrize(
        "kind", ["error_after", "drop_after", "error_before", "drop_before", "bad_gateway"]
    )
    def test_does_not_know_what_became_of_a_lost_answer(
        self, register: YooKassaRegister, paid: str, bank: BankSide, key: str, kind: str
    ) -> None:
        bank.spoil(kind, "receipts.create")

        with pytest.raises(OutcomeUnknown):
            register.register(an_offset(paid), key=key)

    def test_finds_what_a_lost_answer_made(
        self, register: YooKassaRegister, paid: str, bank: BankSide, key: str
    ) -> None:
        order = an_offset(paid, PART)
        bank.spoil("error_after", "receipts.create")
        with pytest.raises(OutcomeUnknown):
            register.register(order, key=key)

        found = register.find(order, others=frozenset())

        assert found is not None
        assert found == register.register(order, key=key)

    def test_finds_nothing_where_nothing_was_made(self, register: YooKassaRegister, paid: str) -> None:
        assert register.find(an_offset(paid), others=frozenset()) is None

    def test_finds_no_receipt_of_another_sum_or_another_order(
        self, register: YooKassaRegister, paid: str, key: str
    ) -> None:
        made = register.register(an_offset(paid, PART), key=key)

        assert register.find(an_offset(paid, WHOLE - PART), others=frozenset()) is None
        assert register.find(an_offset(paid, PART), others=frozenset({made.provider_id or ""})) is None

    def test_takes_a_new_word_for_no_end(
        self, register: YooKassaRegister, paid: str, bank: BankSide, key: str
    ) -> None:
        bank.spoil("unknown_status", "receipts.create")

        assert register.register(an_offset(paid), key=key).state is Registration.UNKNOWN_STATUS


class TestWithRefund:
    def test_each_part_has_its_own_return(
        self, register: YooKassaRegister, refunds: YooKassaRefunds, paid: str
    ) -> None:
        parts = [
            refunds.refund(a_refund(paid, part, a_receipt(part)), key=str(uuid4()))
            for part in (PART, WHOLE - PART)
        ]

        returns = [register.with_refund(paid, part.provider_id) for part in parts]

        assert [each.amount for each in returns if each is not None] == [PART, WHOLE - PART]
        assert len({each.provider_id for each in returns if each is not None}) == 2

    def test_is_registered_anew_after_a_failure(
        self, register: YooKassaRegister, refunds: YooKassaRefunds, paid: str, bank: BankSide, key: str
    ) -> None:
        bank.ask("receipts/plan", plan="fail")
        made = refunds.refund(a_refund(paid, PART, a_receipt(PART)), key=str(uuid4()))
        failed = register.with_refund(paid, made.provider_id)
        assert failed is not None
        assert failed.state is Registration.CANCELED
        bank.ask("receipts/plan", plan="succeed")

        order = ReceiptOrder(
            ReceiptSense.INCOME_RETURN,
            Settlement.CASHLESS,
            paid,
            made.provider_id,
            a_receipt(PART),
            utc_now(),
        )
        anew = register.register(order, key=key)

        assert anew.state is Registration.SUCCEEDED
        assert register.with_refund(paid, made.provider_id) == anew
        assert register.find(order, others=frozenset({failed.provider_id or ""})) == anew
