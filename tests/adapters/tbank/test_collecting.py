"""What T-Bank does its own way; what every provider must do is in tests/adapters/collecting."""

from datetime import timedelta

import pytest
import requests

from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.tbank_receipt import receipt_of
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.tax import TaxRegime
from shared.ports.fiscal import FiscalLine, FiscalReceipt, PaymentMode, Supplier
from shared.ports.payments import OutcomeUnknown, PaymentOrder, PaymentState, ProviderRefused
from tests.adapters.tbank.bankside import BankSide, an_order


def a_receipt(*kopecks: int, supplier: Supplier | None = None) -> FiscalReceipt:
    lines = tuple(
        FiscalLine("Услуги по подбору жилья", Money(each), 2_200, PaymentMode.FULL_PREPAYMENT)
        for each in kopecks
    )
    return FiscalReceipt(lines, TaxRegime.OSN, "client@example.test", None, supplier)


class TestCreate:
    def test_gives_a_page_and_the_codes_content(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        made = payments.create(order, key="unused")

        assert made.url == f"{bank.url}/new/{made.provider_id}"
        assert made.qr_payload is not None
        assert made.qr_payload.startswith("https://qr.nspk.ru/AD")
        assert f"sum={order.amount.kopecks}&cur=RUB" in made.qr_payload
        assert requests.get(made.url, timeout=5).status_code == 200

    def test_lasts_as_long_as_was_asked(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        made = payments.create(order, key="unused")
        bank.ask("clock", shift_seconds=2 * 3600 - 60)
        assert _state(payments, made.provider_id) is PaymentState.PENDING
        bank.ask(f"payments/{made.provider_id}/expire")

        ended = payments.get(made.provider_id)

        assert made.expires_at == order.expires_at
        assert ended is not None
        assert ended.cancellation_reason == "expired_on_confirmation"

    def test_without_a_term_lasts_a_day(self, payments: TBankPayments, order: PaymentOrder) -> None:
        made = payments.create(order._replace(expires_at=None), key="unused")

        assert made.expires_at == order.created_at + timedelta(hours=24)

    @pytest.mark.parametrize("term", [timedelta(minutes=-1), timedelta(days=91)])
    def test_is_refused_with_a_term_beyond_the_banks(
        self, payments: TBankPayments, order: PaymentOrder, term: timedelta
    ) -> None:
        with pytest.raises(ProviderRefused) as refusal:
            payments.create(order._replace(expires_at=utc_now() + term), key="unused")

        assert refusal.value.code == "12"

    def test_keeps_the_page_when_the_code_is_missed(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        bank.spoil("error_before", "GetQr")

        made = payments.create(order, key="unused")

        assert made.url is not None
        assert made.qr_payload is None

    def test_whose_answer_was_lost_is_paid_by_its_code(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        bank.spoil("drop_after", "Init")
        with pytest.raises(OutcomeUnknown):
            payments.create(order, key="unused")

        found = payments.create(order, key="unused")

        assert len(bank.made_for(order.intent_id)) == 1
        assert found.qr_payload is not None
        assert found.url == found.qr_payload
        assert found.expires_at == order.expires_at

    def test_looks_before_each_init(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        payments.create(order, key="unused")

        paths = [one["path"] for one in bank.see("received")[:3]]

        assert paths == ["/v2/GetQr", "/v2/Init", "/v2/CheckOrder"]

    @pytest.mark.parametrize("kind", ["error_before", "bad_gateway", "drop_before"])
    def test_makes_nothing_while_the_look_tells_nothing(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide, kind: str
    ) -> None:
        bank.spoil(kind, "CheckOrder")

        with pytest.raises(OutcomeUnknown):
            payments.create(order, key="unused")

        assert bank.made_for(order.intent_id) == []

    def test_is_not_taken_for_another_sum(self, payments: TBankPayments, order: PaymentOrder) -> None:
        payments.create(order, key="unused")

        with pytest.raises(OutcomeUnknown, match="another_amount"):
            payments.create(order._replace(amount=Money(20_00)), key="unused")

    def test_of_an_order_that_the_bank_knows_after_all_is_unknown(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        payments.create(order, key="unused")
        bank.ask("switches", order_ids="unique")

        with pytest.raises(OutcomeUnknown, match="code_20"):
            payments._init(order, order.created_at)

    def test_with_a_wrong_password_tells_nothing(self, bank: BankSide, order: PaymentOrder) -> None:
        with pytest.raises(OutcomeUnknown, match="code_204"):
            TBankPayments(bank.terminal(passwords=("wrong",))).create(order, key="unused")

    def test_goes_on_with_the_previous_password(
        self, bank: BankSide, order: PaymentOrder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        known = bank.terminal().passwords[0]

        made = TBankPayments(bank.terminal(passwords=("of tomorrow", known))).create(order, key="unused")

        assert made.state is PaymentState.PENDING
        assert "previous_key_used" in capsys.readouterr().out
        assert len(bank.made_for(order.intent_id)) == 1


class TestReceipt:
    def test_travels_with_the_payment(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        supplier = Supplier("7700000009", "ООО «Агентство»", "+74950000000")
        payments.create(order._replace(receipt=a_receipt(100_000_00, 50_000_00, supplier=supplier)), key="-")

        (kept,) = bank.made_for(order.intent_id)

        assert kept["receipt"] == {
            "Email": "client@example.test",
            "Taxation": "osn",
            "Items": [
                {
                    "Name": "Услуги по подбору жилья",
                    "Price": each,
                    "Quantity": 1,
                    "Amount": each,
                    "Tax": "vat122",
                    "PaymentMethod": "full_prepayment",
                    "PaymentObject": "service",
                    "AgentData": {"AgentSign": "another"},
                    "SupplierInfo": {
                        "Name": "ООО «Агентство»",
                        "Inn": "7700000009",
                        "Phones": ["+74950000000"],
                    },
                }
                for each in (100_000_00, 50_000_00)
            ],
        }

    def test_of_another_sum_is_refused(self, payments: TBankPayments, order: PaymentOrder) -> None:
        with pytest.raises(ProviderRefused) as refusal:
            payments.create(order._replace(receipt=a_receipt(149_999_99)), key="unused")

        assert refusal.value.code == "334"

    def test_has_no_form_for_a_regime_without_a_register(self) -> None:
        with pytest.raises(KeyError):
            receipt_of(a_receipt(1_00)._replace(tax_regime=TaxRegime.NPD))


class TestDeals:
    def test_are_opened_with_the_first_payment_and_joined_by_the_next(self, bank: BankSide) -> None:
        payments = TBankPayments(bank.terminal("deals"))
        assert payments.capabilities.bank_deals
        first = payments.create(an_order(), key="unused")
        bank.pay(first.provider_id)
        deal = payments.parse(bank.ear.told(first.provider_id, "CONFIRMED").body).truth
        assert deal is not None
        assert deal.bank_deal is not None

        second = payments.create(an_order()._replace(bank_deal=deal.bank_deal), key="unused")
        bank.pay(second.provider_id)

        known = next(one for one in bank.see("deals") if str(one["id"]) == deal.bank_deal)
        assert known["balance"] == 300_000_00

    def test_that_are_closed_take_no_more(self, bank: BankSide) -> None:
        payments = TBankPayments(bank.terminal("deals"))
        deal = payments._api.ask("createSpDeal", SpDealType="NN")["SpAccumulationId"]
        payments._api.ask("closeSpDeal", SpAccumulationId=deal)

        with pytest.raises(OutcomeUnknown):
            payments.create(an_order()._replace(bank_deal=deal), key="unused")

    def test_are_not_for_a_terminal_without_them(self, payments: TBankPayments, bank: BankSide) -> None:
        made = payments.create(an_order(), key="unused")

        assert not payments.capabilities.bank_deals
        assert bank.see("payments")[0]["PaymentId"] == made.provider_id
        assert bank.see("payments")[0]["new_deal"] is None


class TestCancel:
    def test_of_a_paid_one_never_pays_back(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = payments.create(order, key="unused")
        seen = payments.get(made.provider_id)
        bank.pay(made.provider_id)
        # Paid between our look and our call.
        monkeypatch.setattr(payments, "get", lambda _: seen)

        with pytest.raises(ProviderRefused):
            payments.cancel(made.provider_id)

        assert bank.see("refunds") == [] or bank.see("refunds")[0]["payment_id"] != int(made.provider_id)
        assert bank.made_for(order.intent_id)[0]["Status"] == "CONFIRMED"


class TestSpelling:
    @pytest.mark.parametrize("spelling", ["numbers", "strings"])
    def test_of_numbers_changes_nothing(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide, spelling: str
    ) -> None:
        bank.ask("switches", payment_ids=spelling)
        made = payments.create(order, key="unused")
        bank.pay(made.provider_id)

        told = payments.parse(bank.ear.told(made.provider_id, "CONFIRMED").body)

        assert told.object_id == made.provider_id
        assert payments.find(order.intent_id, created_after=order.created_at) is not None
        assert _state(payments, made.provider_id) is PaymentState.SUCCEEDED


def _state(payments: TBankPayments, provider_id: str) -> PaymentState:
    payment = payments.get(provider_id)
    assert payment is not None
    return payment.state
