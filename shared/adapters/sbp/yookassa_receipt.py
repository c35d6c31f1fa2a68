"""Data of a fiscal receipt as YooKassa takes them (``receipt`` of a payment or refund, body of ``POST /receipts``).

VAT by code: 1 none, 4 and 11 are 20 and 22 %, 7 and 8 are 5 and 7 %; 6, 12, 9 and 10 the same rates computed out of a
sum with tax, as they stand on what is paid before the service (НК РФ, art. 164 (4)).
"""

from typing import Final

from shared.kernel.money import Money
from shared.kernel.tax import TaxRegime
from shared.ports.fiscal import FiscalLine, FiscalReceipt, PaymentMode, Supplier

_TAX_SYSTEM: Final = {
    TaxRegime.OSN: 1,
    TaxRegime.USN: 2,
    TaxRegime.USN_5: 2,
    TaxRegime.USN_7: 2,
    TaxRegime.PATENT: 6,
}
_VAT: Final = {None: 1, 500: 7, 700: 8, 2_000: 4, 2_200: 11}
_VAT_COMPUTED: Final = {None: 1, 500: 9, 700: 10, 2_000: 6, 2_200: 12}


def receipt_of(receipt: FiscalReceipt) -> dict[str, object]:
    """:raises KeyError: a regime or rate that no cash register knows, such as НПД's"""
    customer = {
        "email": receipt.customer_email,
        "phone": None if receipt.customer_phone is None else digits_of(receipt.customer_phone),
    }
    return {
        "customer": {name: value for name, value in customer.items() if value is not None},
        "tax_system_code": _TAX_SYSTEM[receipt.tax_regime],
        "items": [_item(line, receipt.supplier) for line in receipt.lines],
    }


def rubles_of(amount: Money) -> dict[str, str]:
    return {"value": amount.to_rubles(), "currency": "RUB"}


def digits_of(phone: str) -> str:
    """Phones go without the plus."""
    return phone.removeprefix("+")


def _item(line: FiscalLine, supplier: Supplier | None) -> dict[str, object]:
    codes = _VAT_COMPUTED if line.mode is PaymentMode.FULL_PREPAYMENT else _VAT
    item: dict[str, object] = {
        "description": line.description,
        "quantity": "1.000",
        "amount": rubles_of(line.amount),
        "vat_code": codes[line.vat_bps],
        "payment_mode": line.mode.value,
        "payment_subject": "service",
    }
    return item if supplier is None else item | _for(supplier)


def _for(supplier: Supplier) -> dict[str, object]:
    """The platform's register stands in for the executor, as his agent."""
    phone = {} if supplier.phone is None else {"phone": digits_of(supplier.phone)}
    return {"agent_type": "agent", "supplier": {"name": supplier.name, "inn": supplier.inn, **phone}}
