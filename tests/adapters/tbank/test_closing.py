"""What the bank makes of an offset receipt that it is asked for, and what it refuses."""

import json
from typing import Any

import pytest

from shared.adapters.fiscal.tbank import TBankRegister
from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.tbank_refunds import TBankRefunds
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.fiscal import (
    FiscalReceipt,
    PaymentMode,
    ReceiptOrder,
    ReceiptSense,
    RegisteredReceipt,
    Registration,
    Settlement,
    Supplier,
)
from shared.ports.payments import OutcomeUnknown, PaymentOrder, ProviderPayment, ProviderRefused
from tests.adapters.tbank.bankside import BankSide, a_refund
from tests.adapters.tbank.test_collecting import a_receipt
from tests.adapters.yookassa.bankside import wait_until

WHOLE, PART = 150_000_00, 50_000_00
AGENCY = Supplier("7701234567", "ООО «Дом»", None)


@pytest.fixture
def register(bank: BankSide) -> TBankRegister:
    return TBankRegister(bank.terminal())


@pytest.fixture
def paid(payments: TBankPayments, order: PaymentOrder, bank: BankSide) -> ProviderPayment:
    return pay(payments, bank, order._replace(receipt=a_receipt(WHOLE)))


def pay(payments: TBankPayments, bank: BankSide, order: PaymentOrder) -> ProviderPayment:
    made = payments.create(order, key="unused")
    bank.pay(made.provider_id)
    return made


def of_service(kopecks: int, **changes: Any) -> FiscalReceipt:
    prepaid = a_receipt(kopecks, **changes)
    return prepaid._replace(lines=(prepaid.lines[0]._replace(mode=PaymentMode.FULL_PAYMENT),))


def closing(paid: ProviderPayment, receipt: FiscalReceipt) -> ReceiptOrder:
    return ReceiptOrder(
        ReceiptSense.INCOME, Settlement.PREPAYMENT, paid.provider_id, None, receipt, utc_now()
    )


def made_for(bank: BankSide, paid: ProviderPayment) -> list[tuple[str, str, int]]:
    """Origin, sense and sum of the receipts that the register made, oldest first."""
    return [
        (one["origin"], one["kind"], one["amount"])
        for one in reversed(bank.see("receipts"))
        if str(one["payment_id"]) == paid.provider_id
    ]


class TestClosing:
    def test_is_accepted_without_an_id_or_numbers(
        self, register: TBankRegister, bank: BankSide, paid: ProviderPayment
    ) -> None:
        accepted = register.register(closing(paid, of_service(WHOLE)), key="unused")

        assert accepted == RegisteredReceipt(
            None, Registration.PENDING, "ACCEPTED", Money(WHOLE), None, None, None, None
        )
        assert made_for(bank, paid) == [("payment", "Income", WHOLE), ("closing", "Income", WHOLE)]

    def test_says_the_service_was_paid_before(
        self, register: TBankRegister, bank: BankSide, paid: ProviderPayment
    ) -> None:
        register.register(closing(paid, of_service(WHOLE, supplier=AGENCY)), key="unused")

        asked = bank.see("received")[0]
        assert asked["path"] == "/cashbox/SendClosingReceipt"
        receipt = json.loads(asked["body"])["Receipt"]
        assert receipt["Payments"] == {"Electronic": 0, "AdvancePayment": WHOLE}
        (item,) = receipt["Items"]
        assert (item["PaymentMethod"], item["Tax"], item["SupplierInfo"]["Inn"]) == (
            "full_payment",
            "vat22",
            AGENCY.inn,
        )

    def test_of_parts_is_a_receipt_each(
        self, register: TBankRegister, bank: BankSide, paid: ProviderPayment
    ) -> None:
        for kopecks in (PART, WHOLE - PART):
            register.register(closing(paid, of_service(kopecks)), key="unused")

        assert [one[2] for one in made_for(bank, paid)] == [WHOLE, PART, WHOLE - PART]

    def test_has_no_lookup_and_no_keys(
        self, register: TBankRegister, bank: BankSide, paid: ProviderPayment
    ) -> None:
        for _ in range(2):
            register.register(closing(paid, of_service(PART)), key="the same")

        assert register.lookup is None
        assert register.capabilities.key_life is None
        assert len(made_for(bank, paid)) == 3


class TestRefusal:
    def test_of_more_than_was_prepaid(
        self, register: TBankRegister, bank: BankSide, paid: ProviderPayment
    ) -> None:
        register.register(closing(paid, of_service(WHOLE)), key="unused")

        assert refusal_of(register, closing(paid, of_service(100))) == "334"
        assert len(made_for(bank, paid)) == 2

    def test_of_a_part_where_the_bank_closes_the_whole_only(
        self, register: TBankRegister, bank: BankSide, paid: ProviderPayment
    ) -> None:
        bank.ask("switches", closings="whole")

        assert refusal_of(register, closing(paid, of_service(PART))) == "334"

    def test_of_a_payment_that_is_not_paid(
        self, register: TBankRegister, payments: TBankPayments, order: PaymentOrder
    ) -> None:
        made = payments.create(order._replace(receipt=a_receipt(WHOLE)), key="unused")

        assert refusal_of(register, closing(made, of_service(WHOLE))) == "4"

    def test_of_what_was_partly_paid_back(
        self, register: TBankRegister, refunds: TBankRefunds, paid: ProviderPayment
    ) -> None:
        refunds.refund(a_refund(paid, PART)._replace(receipt=a_receipt(PART)), key="unused")

        assert refusal_of(register, closing(paid, of_service(WHOLE - PART))) == "4"

    def test_of_a_payment_without_a_prepayments_receipt(
        self, register: TBankRegister, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        bare = pay(payments, bank, order)
        served = pay(
            payments,
            bank,
            order._replace(intent_id=order.intent_id[::-1].strip("-"), receipt=of_service(WHOLE)),
        )

        assert refusal_of(register, closing(bare, of_service(WHOLE))) == "309"
        assert refusal_of(register, closing(served, of_service(WHOLE))) == "309"

    def test_of_what_only_goes_with_money_is_our_own(
        self, register: TBankRegister, bank: BankSide, paid: ProviderPayment
    ) -> None:
        before = len(bank.see("received"))
        order = closing(paid, of_service(WHOLE))

        assert refusal_of(register, order._replace(settlement=Settlement.CASHLESS)) == "offsets_only"
        assert len(bank.see("received")) == before

    def test_of_another_password_is_no_refusal(self, bank: BankSide, paid: ProviderPayment) -> None:
        stranger = TBankRegister(bank.terminal(passwords=("wrong",)))

        with pytest.raises(OutcomeUnknown, match="code_204"):
            stranger.register(closing(paid, of_service(WHOLE)), key="unused")


class TestLostAnswer:
    @pytest.mark.parametrize(
        ("fault", "made"),
        [
            ("error_before", 1),
            ("drop_before", 1),
            ("error_after", 2),
            ("drop_after", 2),
            ("bad_gateway", 2),
        ],
    )
    def test_is_an_unknown_outcome_whatever_was_made(
        self, register: TBankRegister, bank: BankSide, paid: ProviderPayment, fault: str, made: int
    ) -> None:
        bank.spoil(fault, "SendClosingReceipt")

        with pytest.raises(OutcomeUnknown):
            register.register(closing(paid, of_service(WHOLE)), key="unused")

        assert len(made_for(bank, paid)) == made

    def test_to_a_call_that_hangs_is_unknown_in_time(self, bank: BankSide, paid: ProviderPayment) -> None:
        bank.spoil("hang_after", "SendClosingReceipt", seconds=3)
        register = TBankRegister(bank.terminal(timeout_seconds=1))

        with pytest.raises(OutcomeUnknown):
            register.register(closing(paid, of_service(WHOLE)), key="unused")

        assert wait_until(lambda: len(made_for(bank, paid)) == 2)


class TestReturn:
    def test_of_parts_and_of_the_whole_is_a_receipt_of_the_register(
        self,
        payments: TBankPayments,
        refunds: TBankRefunds,
        bank: BankSide,
        paid: ProviderPayment,
        order: PaymentOrder,
    ) -> None:
        other = pay(
            payments,
            bank,
            order._replace(intent_id=order.intent_id[::-1].strip("-"), receipt=a_receipt(WHOLE)),
        )
        part = a_refund(paid, PART)._replace(receipt=a_receipt(PART))
        whole = a_refund(other, WHOLE)._replace(receipt=a_receipt(WHOLE))

        refunds.refund(part, key="unused")
        refunds.refund(whole, key="unused")

        assert made_for(bank, paid)[1:] == [("refund", "IncomeReturn", PART)]
        assert made_for(bank, other)[1:] == [("refund", "IncomeReturn", WHOLE)]


def refusal_of(register: TBankRegister, order: ReceiptOrder) -> str:
    with pytest.raises(ProviderRefused) as refusal:
        register.register(order, key="unused")
    return refusal.value.code
