from datetime import date, timedelta

import pytest

from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.adapters.sbp.yookassa_registry import YooKassaRegistry
from shared.kernel.clock import moscow_date, utc_now
from shared.kernel.money import Money
from shared.ports.payments import OutcomeUnknown
from shared.ports.registry import RegistryKind
from tests.adapters.yookassa.bankside import BankSide, a_payment_order

DAY_SECONDS = 86_400


@pytest.fixture
def registry(bank: BankSide) -> YooKassaRegistry:
    return YooKassaRegistry("yookassa", bank.shop())


def captured(bank: BankSide, payments: YooKassaPayments, *, days: int) -> str:
    """A payment that was captured some days from today by the bank's clock."""
    bank.ask("clock", shift_seconds=days * DAY_SECONDS)
    made = payments.create(a_payment_order(), key=str(days) + utc_now().isoformat()).provider_id
    bank.ask(f"payments/{made}/pay")
    bank.ask("clock", shift_seconds=0)
    return made


def ids_of(registry: YooKassaRegistry, day: date) -> list[str]:
    return [line.operation_id for line in registry.lines(day)]


class TestTheRegistryOfADay:
    def test_has_what_was_captured_on_it_with_the_charge(
        self, bank: BankSide, payments: YooKassaPayments, registry: YooKassaRegistry
    ) -> None:
        order = a_payment_order()
        made = payments.create(order, key=order.intent_id).provider_id
        bank.ask(f"payments/{made}/pay")

        (line,) = [each for each in registry.lines(moscow_date(utc_now())) if each.operation_id == made]

        assert (line.kind, line.payment_id, line.order_id) == (RegistryKind.PAYMENT, made, order.intent_id)
        assert (line.amount, line.charge) == (Money(150_000_00), Money(1_050_00))

    def test_lacks_other_days_and_what_isnt_paid(
        self, bank: BankSide, payments: YooKassaPayments, registry: YooKassaRegistry
    ) -> None:
        order = a_payment_order()
        open_one = payments.create(order, key=order.intent_id).provider_id
        ahead = captured(bank, payments, days=40)
        day = moscow_date(utc_now()) + timedelta(days=40)

        assert ids_of(registry, day) == [ahead]
        assert ids_of(registry, day + timedelta(days=1)) == []
        assert open_one not in ids_of(registry, moscow_date(utc_now()))

    def test_goes_by_the_capture_where_the_payment_is_older(
        self, bank: BankSide, payments: YooKassaPayments, registry: YooKassaRegistry
    ) -> None:
        order = a_payment_order()
        made = payments.create(order, key=order.intent_id).provider_id
        bank.ask("clock", shift_seconds=50 * DAY_SECONDS)
        bank.ask(f"payments/{made}/pay", late=True)
        bank.ask("clock", shift_seconds=0)

        assert made in ids_of(registry, moscow_date(utc_now()) + timedelta(days=50))
        assert made not in ids_of(registry, moscow_date(utc_now()))

    def test_is_read_page_by_page(
        self,
        bank: BankSide,
        payments: YooKassaPayments,
        registry: YooKassaRegistry,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("shared.adapters.yookassa_client.PAGE_SIZE", 2)
        made = {captured(bank, payments, days=60) for _ in range(5)}

        assert set(ids_of(registry, moscow_date(utc_now()) + timedelta(days=60))) == made

    @pytest.mark.parametrize("operation", ["payments.list", "refunds.list"])
    def test_is_unknown_when_the_bank_fails(
        self, bank: BankSide, registry: YooKassaRegistry, operation: str
    ) -> None:
        bank.spoil("error_before", operation)

        with pytest.raises(OutcomeUnknown):
            registry.lines(moscow_date(utc_now()))
