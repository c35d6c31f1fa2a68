"""A registered receipt's link goes to its payer: the agency by e-mail, a client by e-mail or else by SMS.

What may have been sent is not sent again: the intention is committed before the call, and found again means unknown.
"""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.models import Deal, DealParty
from shared.organizations import service as organizations
from shared.outbox import service as outbox
from shared.ports.email import EmailOutcome, EmailSender, Letter
from shared.ports.sms import SmsOutcome, SmsSender
from shared.receipts.errors import DeliveryPostponed
from shared.receipts.models import Receipt, ReceiptStatus
from shared.receipts.views import link_of
from shared.tasks import service as tasks

#: kind of the outbox message that asks for it; payload {"receipt_id"}
DELIVER: Final = "receipt.deliver"

SENDING: Final = "delivery_sending"
UNKNOWN: Final = "delivery_unknown"
REFUSED: Final = "delivery_refused"
DELIVERED: Final = "delivered"
POSTPONED: Final = "delivery_postponed"


class _Parcel(NamedTuple):
    link: str
    deal_number: str
    email: str | None
    phone: str | None


def carry_out(
    transactions: Transactions, message_id: UUID, *, emails: EmailSender, texts: SmsSender, now: datetime
) -> None:
    """Carry out one outbox message; a busy provider is tried again later."""
    with transactions() as session:
        order = outbox.order_of(session, message_id)
    if order is None:
        return
    postponed = False
    try:
        deliver(
            transactions, UUID(order.payload["receipt_id"]), email_sender=emails, sms_sender=texts, now=now
        )
    except DeliveryPostponed:
        postponed = True
    with transactions() as session:
        message = outbox.claim(session, message_id)
        if message is None:
            return
        if postponed:
            outbox.failed(session, message, POSTPONED, now=now)
        else:
            outbox.done(message, now=now)


def deliver(
    transactions: Transactions,
    receipt_id: UUID,
    *,
    email_sender: EmailSender,
    sms_sender: SmsSender,
    now: datetime,
) -> None:
    """Send the link once; an outcome that nobody knows is recorded and left to an operator.

    :raises DeliveryPostponed: nothing was sent: try again later
    """
    with transactions() as session:
        parcel = _take(session, receipt_id, now)
    if parcel is None:
        return
    outcome = _by_email(parcel, email_sender)
    if outcome == REFUSED and parcel.phone is not None:
        outcome = _by_sms(parcel, sms_sender)
    with transactions() as session:
        _record(session, receipt_id, outcome, now)
    if outcome == POSTPONED:
        raise DeliveryPostponed


def _take(session: Session, receipt_id: UUID, now: datetime) -> _Parcel | None:
    receipt = session.get_one(Receipt, receipt_id, with_for_update=True, populate_existing=True)
    if receipt.status is not ReceiptStatus.REGISTERED or receipt.hold_reason in {UNKNOWN, REFUSED}:
        return None
    if receipt.hold_reason == SENDING:
        _record(session, receipt_id, UNKNOWN, now)
        return None
    receipt.hold_reason = SENDING
    link = link_of(session, receipt)
    if link is None:
        raise AssertionError("a registered receipt has its link")
    number = session.get_one(Deal, receipt.deal_id).number
    if receipt.payer_organization_id is not None:
        payer = organizations.requisites(session, receipt.payer_organization_id)
        return _Parcel(link, number, payer.email, None)
    client = deals.party_contacts(session, session.get_one(DealParty, receipt.payer_party_id))
    return _Parcel(link, number, client.email, client.phone)


def _by_email(parcel: _Parcel, sender: EmailSender) -> str:
    if parcel.email is None:
        return REFUSED
    letter = Letter(
        recipient=parcel.email,
        subject=f"Чек по сделке № {parcel.deal_number}",
        text=(
            "Здравствуйте!\n\n"
            f"Исполнитель сформировал чек по сделке № {parcel.deal_number}:\n{parcel.link}\n\n"
            "Чек зарегистрирован в налоговой службе. Сохраните ссылку: она подтверждает вашу оплату.\n"
        ),
    )
    match sender.send(letter).outcome:
        case EmailOutcome.ACCEPTED:
            return DELIVERED
        case EmailOutcome.TRY_LATER:
            return POSTPONED
        case EmailOutcome.UNKNOWN:
            return UNKNOWN
        case _:
            return REFUSED


def _by_sms(parcel: _Parcel, sender: SmsSender) -> str:
    if parcel.phone is None:
        return REFUSED
    text = f"Чек по сделке {parcel.deal_number}: {parcel.link}"
    match sender.send(phone=parcel.phone, text=text, user_ip=None).outcome:
        case SmsOutcome.ACCEPTED:
            return DELIVERED
        case SmsOutcome.TRY_LATER | SmsOutcome.COOL_DOWN:
            return POSTPONED
        case SmsOutcome.UNKNOWN:
            return UNKNOWN
        case _:
            return REFUSED


def _record(session: Session, receipt_id: UUID, outcome: str, now: datetime) -> None:
    receipt = session.get_one(Receipt, receipt_id, with_for_update=True, populate_existing=True)
    before = receipt.status
    if outcome == DELIVERED:
        receipt.status = ReceiptStatus.DELIVERED
        receipt.delivered_at = now
        receipt.hold_reason = None
    elif outcome == POSTPONED:
        receipt.hold_reason = None
    else:
        receipt.hold_reason = outcome
        tasks.open_task(
            session, "receipt_not_delivered", entity=("receipt", receipt_id), reason=outcome, now=now
        )
    audit.record(
        session,
        SYSTEM,
        "receipt.delivery",
        entity=("receipt", receipt_id),
        before={"status": before},
        after={"status": receipt.status, "outcome": outcome},
        now=now,
    )
