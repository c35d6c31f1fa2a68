"""Payments by SBP: one stage, one hour, true fields in each state."""

from datetime import timedelta

from localstack.standins.yookassa import deliveries, receipts
from localstack.standins.yookassa.bank import Bank, Document, new_object_id, new_sbp_operation_id, stamp
from localstack.standins.yookassa.checks import description_of, kopecks_of, metadata_of, rubles, section
from localstack.standins.yookassa.problems import Problem, invalid

KIND = "payment"
LOW_KOPECKS = 1_00
HIGH_KOPECKS = 700_000_00
WINDOW = timedelta(hours=1)
FEE_PER_MILLE = 7  # the bank's charge: 0.7 %, half up
PAYER_BANK = {"bank_id": "100000000004", "bic": "044525974"}


class NotAsked(Exception):
    """A control asked for what this state doesn't allow."""


def create(bank: Bank, body: Document) -> Document:
    kopecks = kopecks_of(body, low=LOW_KOPECKS, high=HIGH_KOPECKS)
    if section(body, "payment_method_data").get("type") != "sbp":
        raise invalid("payment_method_data.type", "Only sbp is served")
    if body.get("capture") is not True:
        raise invalid("capture", "SBP knows no two-stage payments")
    for name in ("transfers", "deal"):
        if body.get(name):
            raise invalid(name, "Not served with SBP")
    confirmation = section(body, "confirmation")
    return_url = confirmation.get("return_url")
    if confirmation.get("type") != "redirect":
        raise invalid("confirmation.type", "Only redirect is served")
    if not isinstance(return_url, str) or not return_url.startswith(("https://", "http://")):
        raise invalid("confirmation.return_url", "An address to return to is required")
    receipt = receipts.carried(bank, body, kopecks)
    now = bank.clock.now()
    payment_id = new_object_id(now)
    payment = {
        "id": payment_id,
        "status": "pending",
        "paid": False,
        "test": True,
        "refundable": False,
        "amount": rubles(kopecks),
        **description_of(body),
        "created_at": stamp(now),
        "recipient": {"account_id": bank.credentials.shop_id, "gateway_id": bank.credentials.gateway_id},
        "payment_method": {"type": "sbp", "id": payment_id, "saved": False},
        "confirmation": {
            "type": "redirect",
            "return_url": return_url,
            "confirmation_url": f"{bank.options.public_url}/checkout?orderId={payment_id}",
        },
        "metadata": metadata_of(body),
        **receipts.remember(bank, payment_id, receipt),
    }
    bank.add(KIND, payment, due_at=now + WINDOW)
    return payment


def get(bank: Bank, payment_id: str) -> Document:
    payment = bank.find(KIND, payment_id)
    if payment is None:
        raise Problem(404, "Payment doesn't exist")
    return payment


def pay(bank: Bank, payment_id: str, *, kopecks: int | None = None, late: bool = False) -> Document:
    """The payer's bank says yes.

    :param kopecks: another sum than was asked, which the bank then believes too
    :param late: also when the payment was already canceled
    :raises NotAsked: the payment is final
    """
    with bank.store.transaction():
        payment = get(bank, payment_id)
        if payment["status"] != "pending" and not (late and payment["status"] == "canceled"):
            raise NotAsked(payment["status"])
        if kopecks is not None:
            payment["amount"] = rubles(kopecks)
        paid = int(payment["amount"]["value"].replace(".", ""))
        payment.pop("confirmation", None)
        payment.pop("cancellation_details", None)
        payment.update(
            status="succeeded",
            paid=True,
            refundable=True,
            captured_at=stamp(bank.clock.now()),
            income_amount=rubles(paid - (2 * paid * FEE_PER_MILLE + 1000) // 2000),
            refunded_amount=rubles(0),
        )
        payment["payment_method"].update(
            sbp_operation_id=new_sbp_operation_id(), payer_bank_details=dict(PAYER_BANK)
        )
        receipts.register_carried(bank, payment, KIND)
        bank.change(payment)
        deliveries.announce(bank, "payment.succeeded", payment)
    return payment


def cancel(bank: Bank, payment_id: str, *, party: str, reason: str) -> Document:
    """End a pending payment without money.

    :raises NotAsked: the payment is final
    """
    with bank.store.transaction():
        payment = get(bank, payment_id)
        if payment["status"] != "pending":
            raise NotAsked(payment["status"])
        payment.pop("confirmation", None)
        payment.update(status="canceled", cancellation_details={"party": party, "reason": reason})
        bank.change(payment)
        deliveries.announce(bank, "payment.canceled", payment)
    return payment


def expire(bank: Bank, payment_id: str) -> Document:
    return cancel(bank, payment_id, party="yoo_money", reason="expired_on_confirmation")
