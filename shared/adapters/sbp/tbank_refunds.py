"""Paying back through T-Bank: Cancel of a paid payment, in whole or in parts.

The bank's papers differ on whether Cancel heeds ``ExternalRequestId`` for SBP, and no call lists refunds. So a refund
whose answer was lost is never repeated to find out: the payment's own state tells, or nobody does, and then the
bank's registry of the day or a person has to (docs/decisions/tbank-refunds.md).
"""

from shared.adapters.sbp.tbank import CAPABILITIES
from shared.adapters.sbp.tbank_client import Refused, TBank
from shared.adapters.sbp.tbank_reading import ID, STATES, amount_of, payment_of
from shared.adapters.sbp.tbank_receipt import receipt_of
from shared.config.tbank import TBankTerminal
from shared.observability import log
from shared.ports.payments import (
    OutcomeUnknown,
    ProviderRefund,
    RefundOrder,
    RefundState,
    Undecided,
)

_DONE = frozenset({"PARTIAL_REFUNDED", "REFUNDED"})
_ON_THE_WAY = frozenset({"REFUNDING", "ASYNC_REFUNDING"})
#: refusals that depend on what happened before: 4 and 8 the state, 251 the sum
_BY_STATE = frozenset({"4", "8", "251"})


class TBankRefunds:
    def __init__(self, terminal: TBankTerminal) -> None:
        self.name = terminal.name
        self.capabilities = CAPABILITIES._replace(bank_deals=terminal.deal_type is not None)
        self._api = TBank(terminal)

    def refund(self, order: RefundOrder, *, key: str) -> ProviderRefund:  # noqa: ARG002 -- the refund's id is the key
        words: dict[str, object] = {
            "PaymentId": order.provider_payment_id,
            "Amount": order.amount.kopecks,
            "ExternalRequestId": order.refund_id,
        }
        # The whole is paid back with the receipt that the bank has; parts name theirs.
        if order.receipt is not None and order.amount != order.paid:
            words["Receipt"] = receipt_of(order.receipt)
        try:
            answer = self._api.ask("Cancel", **words)
        except Refused as refused:
            return self._after_refusal(order, refused)
        status = str(answer.get("Status"))
        if status in _ON_THE_WAY:
            return _found(order, RefundState.PENDING, status)
        try:
            left = amount_of(answer.get("NewAmount"))
        except ValueError:
            raise OutcomeUnknown("no_new_amount") from None
        if status in _DONE and left == order.left_before - order.amount:
            return _found(order, RefundState.SUCCEEDED, status)
        # Something else was paid back besides, or the word is new: never told as done.
        log.error("refund_left_another_sum", provider=self.name, provider_status=status)
        return _found(order, RefundState.UNKNOWN_STATUS, status)

    def find_refund(self, order: RefundOrder, *, provider_id: str | None) -> ProviderRefund | None:
        if provider_id not in {None, order.refund_id}:
            return None  # another's
        status = self._status(order)
        if status in _ON_THE_WAY:
            if provider_id is None:
                raise Undecided("whose_refund_is_on_its_way")
            return _found(order, RefundState.PENDING, status)
        if STATES.get(status) is None:
            if provider_id is None:
                log.error("unknown_payment_status", provider=self.name, provider_status=status)
                raise Undecided("unknown_status")
            return _found(order, RefundState.UNKNOWN_STATUS, status)
        return self._lost(order, status) if provider_id is None else self._ended(order, status)

    def _lost(self, order: RefundOrder, status: str) -> ProviderRefund | None:
        """Nobody heard whether the bank took it."""
        is_last = order.amount == order.left_before  # only what leaves nothing ends as REFUNDED
        if status == "REFUNDED" and is_last:
            return _found(order, RefundState.SUCCEEDED, status)
        if status == "PARTIAL_REFUNDED" and not is_last and order.paid == order.left_before:
            return _found(order, RefundState.SUCCEEDED, status)  # nothing had been paid back before it
        if status == "REFUNDED" or (status == "PARTIAL_REFUNDED" and not is_last):
            raise Undecided("which_part_was_refunded")
        return None

    def _ended(self, order: RefundOrder, status: str) -> ProviderRefund:
        """The bank took it, and it is no more on its way."""
        if status == "REFUNDED":
            return _found(order, RefundState.SUCCEEDED, status)
        if status != "PARTIAL_REFUNDED":
            return _found(order, RefundState.CANCELED, status, "returned_by_payer_bank")
        try:
            reason = self._api.ask("GetQrState", PaymentId=order.provider_payment_id).get("QrCancelCode")
        except Refused as refused:
            raise OutcomeUnknown(f"code_{refused.code}") from None
        if reason:
            return _found(order, RefundState.CANCELED, status, str(reason)[:32])
        return _found(order, RefundState.SUCCEEDED, status)

    def _after_refusal(self, order: RefundOrder, refused: Refused) -> ProviderRefund:
        """A refusal because of the payment's state or of what is left may be an earlier try's doing."""
        if refused.code in _BY_STATE and order.amount <= order.left_before:
            found = self.find_refund(order, provider_id=None)
            if found is not None:
                return found
        raise refused.for_good()

    def _status(self, order: RefundOrder) -> str:
        if not ID.fullmatch(order.provider_payment_id):
            raise OutcomeUnknown("no_such_payment")
        try:
            payment = payment_of(self._api.ask("GetState", PaymentId=order.provider_payment_id))
        except Refused as refused:
            raise OutcomeUnknown(f"code_{refused.code}") from None
        except ValueError as malformed:
            raise OutcomeUnknown(f"malformed: {malformed}") from None
        if payment.provider_id != order.provider_payment_id:
            raise OutcomeUnknown("another_payment")
        return payment.raw_status


def _found(order: RefundOrder, state: RefundState, status: str, reason: str | None = None) -> ProviderRefund:
    """The bank gives a refund no id of its own: ours is the one both sides know."""
    return ProviderRefund(
        provider_id=order.refund_id,
        provider_payment_id=order.provider_payment_id,
        state=state,
        raw_status=status,
        amount=order.amount,
        created_at=None,
        cancellation_reason=reason,
    )
