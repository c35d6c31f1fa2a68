"""Data of a fiscal receipt as T-Bank's cash register takes them (``Receipt``, ФФД 1.05)."""

from typing import Final

from shared.kernel.money import total
from shared.kernel.tax import TaxRegime
from shared.ports.fiscal import FiscalLine, FiscalReceipt, PaymentMode, Supplier

_TAXATION: Final = {
    TaxRegime.OSN: "osn",
    TaxRegime.USN: "usn_income",
    TaxRegime.USN_5: "usn_income",
    TaxRegime.USN_7: "usn_income",
    TaxRegime.PATENT: "patent",
}
_TAX: Final = {None: "none", 500: "vat5", 700: "vat7", 2_000: "vat20", 2_200: "vat22"}
#: as it stands on what is paid before the service (НК РФ, art. 164 (4))
_TAX_COMPUTED: Final = {None: "none", 500: "vat105", 700: "vat107", 2_000: "vat120", 2_200: "vat122"}


def receipt_of(receipt: FiscalReceipt) -> dict[str, object]:
    """:raises KeyError: a regime or rate that no cash register knows, such as НПД's"""
    customer = {"Email": receipt.customer_email, "Phone": receipt.customer_phone}
    return {
        **{name: value for name, value in customer.items() if value is not None},
        "Taxation": _TAXATION[receipt.tax_regime],
        "Items": [_item(line, receipt.supplier) for line in receipt.lines],
    }


def closing_receipt_of(receipt: FiscalReceipt) -> dict[str, object]:
    """What was paid before is taken for the service now: settled by the prepayment (tag 1215), by no money.

    :raises KeyError: as above
    """
    paid_before = total([line.amount for line in receipt.lines]).kopecks
    return receipt_of(receipt) | {"Payments": {"Electronic": 0, "AdvancePayment": paid_before}}


def _item(line: FiscalLine, supplier: Supplier | None) -> dict[str, object]:
    words = _TAX_COMPUTED if line.mode is PaymentMode.FULL_PREPAYMENT else _TAX
    item: dict[str, object] = {
        "Name": line.description,
        "Price": line.amount.kopecks,
        "Quantity": 1,
        "Amount": line.amount.kopecks,
        "Tax": words[line.vat_bps],
        "PaymentMethod": line.mode.value,
        "PaymentObject": "service",
    }
    return item if supplier is None else item | _for(supplier)


def _for(supplier: Supplier) -> dict[str, object]:
    """The platform's register stands in for the executor, as his agent."""
    info = {"Name": supplier.name, "Inn": supplier.inn}
    phones = {} if supplier.phone is None else {"Phones": [supplier.phone]}
    return {"AgentData": {"AgentSign": "another"}, "SupplierInfo": info | phones}
