from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.sbp.tbank_receipt import receipt_of as tbank_receipt_of
from shared.adapters.sbp.yookassa_receipt import receipt_of
from shared.kernel.money import Money
from shared.kernel.tax import TaxRegime
from shared.ports.fiscal import FiscalLine, FiscalReceipt, PaymentMode, Supplier

PRE, FULL = PaymentMode.FULL_PREPAYMENT, PaymentMode.FULL_PAYMENT
AGENCY = Supplier("7701234567", "ООО «Дом»", "+74950000000")


def written(receipt: FiscalReceipt) -> Any:
    return receipt_of(receipt)


def tbank_of(receipt: FiscalReceipt) -> Any:
    return tbank_receipt_of(receipt)


def a_receipt(
    *amounts: Money,
    vat_bps: int | None = 2_200,
    mode: PaymentMode = PRE,
    regime: TaxRegime = TaxRegime.OSN,
    supplier: Supplier | None = AGENCY,
    email: str | None = "anna@example.com",
    phone: str | None = "+79161234567",
) -> FiscalReceipt:
    lines = tuple(
        FiscalLine("Услуги по договору № 42, шаг 1", amount, vat_bps, mode)
        for amount in amounts or (Money(150_000_00),)
    )
    return FiscalReceipt(lines, regime, email, phone, supplier)


class TestYooKassa:
    def test_writes_a_service_sold_as_an_agent(self) -> None:
        assert receipt_of(a_receipt()) == {
            "customer": {"email": "anna@example.com", "phone": "79161234567"},
            "tax_system_code": 1,
            "items": [
                {
                    "description": "Услуги по договору № 42, шаг 1",
                    "quantity": "1.000",
                    "amount": {"value": "150000.00", "currency": "RUB"},
                    "vat_code": 12,
                    "payment_mode": "full_prepayment",
                    "payment_subject": "service",
                    "agent_type": "agent",
                    "supplier": {"name": "ООО «Дом»", "inn": "7701234567", "phone": "74950000000"},
                }
            ],
        }

    def test_has_no_agent_sign_where_the_register_is_the_executors_own(self) -> None:
        (item,) = written(a_receipt(supplier=None))["items"]

        assert "agent_type" not in item
        assert "supplier" not in item

    def test_names_only_the_contact_that_is_known(self) -> None:
        assert receipt_of(a_receipt(email=None))["customer"] == {"phone": "79161234567"}
        assert receipt_of(a_receipt(phone=None))["customer"] == {"email": "anna@example.com"}

    @pytest.mark.parametrize(
        ("vat_bps", "mode", "code"),
        [
            (None, PRE, 1),
            (500, PRE, 9),
            (700, PRE, 10),
            (2_000, PRE, 6),
            (2_200, PRE, 12),
            (None, FULL, 1),
            (500, FULL, 7),
            (700, FULL, 8),
            (2_000, FULL, 4),
            (2_200, FULL, 11),
        ],
    )
    def test_tells_the_rate_by_its_code(self, vat_bps: int | None, mode: PaymentMode, code: int) -> None:
        (item,) = written(a_receipt(vat_bps=vat_bps, mode=mode))["items"]

        assert item["vat_code"] == code

    @pytest.mark.parametrize(
        ("regime", "code"),
        [
            (TaxRegime.OSN, 1),
            (TaxRegime.USN, 2),
            (TaxRegime.USN_5, 2),
            (TaxRegime.USN_7, 2),
            (TaxRegime.PATENT, 6),
        ],
    )
    def test_tells_the_tax_system_by_its_code(self, regime: TaxRegime, code: int) -> None:
        assert receipt_of(a_receipt(regime=regime))["tax_system_code"] == code

    def test_knows_no_receipt_of_a_self_employed(self) -> None:
        with pytest.raises(KeyError):
            receipt_of(a_receipt(regime=TaxRegime.NPD))

    def test_knows_no_rate_that_the_law_does_not(self) -> None:
        with pytest.raises(KeyError):
            receipt_of(a_receipt(vat_bps=1_900))


class TestTBank:
    @pytest.mark.parametrize(
        ("vat_bps", "mode", "word"),
        [
            (None, PRE, "none"),
            (500, PRE, "vat105"),
            (700, PRE, "vat107"),
            (2_000, PRE, "vat120"),
            (2_200, PRE, "vat122"),
            (None, FULL, "none"),
            (500, FULL, "vat5"),
            (700, FULL, "vat7"),
            (2_000, FULL, "vat20"),
            (2_200, FULL, "vat22"),
        ],
    )
    def test_tells_the_rate_by_its_word(self, vat_bps: int | None, mode: PaymentMode, word: str) -> None:
        (item,) = tbank_of(a_receipt(vat_bps=vat_bps, mode=mode))["Items"]

        assert item["Tax"] == word


@given(st.lists(st.integers(1, 10**11), min_size=1, max_size=5))
def test_lines_sum_to_the_amount_with_both_banks(kopecks: list[int]) -> None:
    receipt = a_receipt(*[Money(each) for each in kopecks])

    yookassa, tbank = written(receipt)["items"], tbank_of(receipt)["Items"]

    values = [item["amount"]["value"] for item in yookassa]
    assert sum(int(value.replace(".", "")) for value in values) == sum(kopecks)
    assert [len(value.split(".")[1]) for value in values] == [2] * len(kopecks)
    assert sum(item["Amount"] for item in tbank) == sum(kopecks)
