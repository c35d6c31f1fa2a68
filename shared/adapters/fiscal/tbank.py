"""Offset receipts through T-Bank: ``SendClosingReceipt`` of a payment that was made with a prepayment's receipt.

The method takes no key and answers with no id, nothing lists receipts, and whether one was made the register tells by
a message (docs/decisions/tbank-closing-receipts.md). So a call whose answer was lost is never repeated by itself.
"""

from typing import Final

from shared.adapters.sbp.tbank_client import Refused, TBank
from shared.adapters.sbp.tbank_receipt import closing_receipt_of
from shared.config.tbank import TBankTerminal
from shared.kernel.money import total
from shared.ports.fiscal import (
    ReceiptOrder,
    RegisterCapabilities,
    RegisteredReceipt,
    Registration,
    Settlement,
)
from shared.ports.payments import ProviderRefused

METHOD: Final = "SendClosingReceipt"
_ACCEPTED: Final = "ACCEPTED"  # our word: the answer has none


class TBankRegister:
    capabilities = RegisterCapabilities(key_life=None, offsets_parts=True)
    lookup = None

    def __init__(self, terminal: TBankTerminal) -> None:
        self.name = terminal.name
        self._api = TBank(terminal, root=terminal.cashbox_url)

    def register(self, order: ReceiptOrder, *, key: str) -> RegisteredReceipt:  # noqa: ARG002 -- the bank knows no keys
        if order.settlement is not Settlement.PREPAYMENT:
            # What goes with a payment or a Cancel can't be made apart from it.
            raise ProviderRefused("offsets_only")
        try:
            self._api.ask(
                METHOD, PaymentId=order.provider_payment_id, Receipt=closing_receipt_of(order.receipt)
            )
        except Refused as refused:
            raise refused.for_good() from None
        return RegisteredReceipt(
            provider_id=None,
            state=Registration.PENDING,
            raw_status=_ACCEPTED,
            amount=total([line.amount for line in order.receipt.lines]),
            document_number=None,
            storage_number=None,
            attribute=None,
            registered_at=None,
        )
