import requests

from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.tbank_refunds import TBankRefunds
from shared.kernel.clock import moscow_date, utc_now
from shared.kernel.money import Money
from shared.ports.payments import PaymentOrder
from shared.ports.registry import RegistryKind, RegistryLine
from shared.reconciliation.reading_tbank import is_one, read
from tests.adapters.tbank.bankside import KEY, BankSide, a_refund


def registry_of(bank: BankSide) -> list[RegistryLine]:
    """The file that a person downloads from the bank, as reconciliation reads it."""
    day = moscow_date(utc_now()).isoformat()
    content = requests.get(f"{bank.url}/_control/registry/{KEY}/{day}", timeout=5).content
    assert is_one(content)
    return read(content, {KEY: "tbank"}).get("tbank", [])


class TestTheRegistryOfTheBank:
    def test_is_read_as_the_bank_writes_it(
        self, bank: BankSide, payments: TBankPayments, refunds: TBankRefunds, order: PaymentOrder
    ) -> None:
        made = payments.create(order, key="unused")
        bank.pay(made.provider_id)
        back = a_refund(made, 50_000_00)
        given_back = refunds.refund(back, key="unused")

        line, refund = [each for each in registry_of(bank) if each.payment_id == made.provider_id]

        assert (line.kind, line.payment_id) == (RegistryKind.PAYMENT, made.provider_id)
        assert (line.order_id, line.amount) == (order.intent_id, order.amount)
        assert line.charge == order.amount.share(70)
        assert line.charge > Money.zero()
        # Refunds are found in the registry by the id that our books know them by.
        assert (refund.kind, refund.operation_id) == (RegistryKind.REFUND, given_back.provider_id)
        assert refund.amount == Money(50_000_00)
