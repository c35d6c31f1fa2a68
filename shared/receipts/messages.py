"""What is told to the tax service: each task's message, made again from the books for every try."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.deals.models import Deal
from shared.organizations import service as organizations
from shared.ports.tax import Income, IncomeType, TaxReceipts
from shared.receipts.binding import PERMISSIONS, inn_of
from shared.receipts.models import Receipt, ReceiptStatus
from shared.receipts.npd_models import BindingStatus, NpdBinding, NpdTask, NpdTaskKind

#: sends one message and gives its id
Send = Callable[[TaxReceipts], str]


class NothingToTell(Exception):
    """The task's subject is not what it was; ``code`` is a stable word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def message_of(session: Session, task: NpdTask, *, now: datetime) -> Send:
    """Read what the message says; the answer calls the service, with no transaction open.

    :raises NothingToTell: there is no binding to ask about, or none whose INN could be told
    """
    binding = session.get(NpdBinding, task.taxpayer_id)
    if task.kind is NpdTaskKind.INCOME:
        if binding is None or binding.status is not BindingStatus.BOUND:
            raise NothingToTell("TAXPAYER_UNBOUND")
        income = _income(session, task, inn_of(session, binding), now)
        return lambda tax: tax.send_income(income)
    if binding is None:
        raise NothingToTell("no_binding")
    if task.kind is NpdTaskKind.BIND:
        inn = inn_of(session, binding)
        return lambda tax: tax.send_bind(inn=inn, permissions=PERMISSIONS)
    if binding.external_id is None:
        raise NothingToTell("no_binding")
    binding_id = binding.external_id
    return lambda tax: tax.send_bind_status(binding_id=binding_id)


def _income(session: Session, task: NpdTask, inn: str, now: datetime) -> Income:
    receipt = session.get_one(Receipt, task.receipt_id, with_for_update=True, populate_existing=True)
    if receipt.status not in {ReceiptStatus.PLANNED, ReceiptStatus.SENDING}:
        raise NothingToTell(f"receipt_{receipt.status}")
    if receipt.status is ReceiptStatus.PLANNED:
        receipt.status = ReceiptStatus.SENDING
        audit.record(
            session,
            SYSTEM,
            "receipt.sending",
            entity=("receipt", receipt.id),
            before={"status": ReceiptStatus.PLANNED},
            after={"status": receipt.status},
            now=now,
        )
    deal = session.get_one(Deal, receipt.deal_id)
    payer = None
    if receipt.payer_organization_id is not None:
        payer = organizations.requisites(session, receipt.payer_organization_id)
    return Income(
        # The receipt's own id, for ever: a repeat is then recognised as one.
        operation_id=str(receipt.id),
        inn=inn,
        amount=receipt.amount_kopecks,
        service_name=f"Услуги по сделке с недвижимостью № {deal.number}",
        operation_time=receipt.operation_time,
        request_time=now,
        income_type=IncomeType.FROM_INDIVIDUAL if payer is None else IncomeType.FROM_LEGAL_ENTITY,
        customer_inn=None if payer is None else payer.inn,
        customer_name=None if payer is None else payer.name,
    )
