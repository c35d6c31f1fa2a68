"""The life of a deal: one table of allowed transitions (``product/spec.md``); anything else is refused by name."""

from datetime import datetime
from typing import Final

from shared.deals.errors import TransitionNotAllowed
from shared.deals.models import Deal, DealStatus

_S = DealStatus

TRANSITIONS: Final[dict[DealStatus, frozenset[DealStatus]]] = {
    _S.DRAFT: frozenset({_S.AWAITING_SIGNATURES, _S.CANCELLED}),
    _S.AWAITING_SIGNATURES: frozenset({_S.DRAFT, _S.SIGNED, _S.CANCELLED}),
    _S.SIGNED: frozenset({_S.PAYMENT_PENDING, _S.CANCELLED}),
    _S.PAYMENT_PENDING: frozenset({_S.SIGNED, _S.IN_PROGRESS, _S.DISPUTE, _S.CANCELLED}),
    _S.IN_PROGRESS: frozenset({_S.COMPLETED, _S.DISPUTE, _S.CANCELLING}),
    _S.COMPLETED: frozenset({_S.CLOSED, _S.DISPUTE, _S.CANCELLING}),
    _S.DISPUTE: frozenset({_S.PAYMENT_PENDING, _S.IN_PROGRESS, _S.COMPLETED, _S.CANCELLING}),
    _S.CANCELLING: frozenset({_S.CANCELLED}),
    _S.CANCELLED: frozenset(),
    _S.CLOSED: frozenset(),
}

LABELS: Final = {
    _S.DRAFT: "черновик",
    _S.AWAITING_SIGNATURES: "ожидает подписей",
    _S.SIGNED: "подписана",
    _S.PAYMENT_PENDING: "ожидает оплаты",
    _S.IN_PROGRESS: "исполняется",
    _S.COMPLETED: "исполнена",
    _S.DISPUTE: "в споре",
    _S.CANCELLING: "отменяется",
    _S.CANCELLED: "отменена",
    _S.CLOSED: "закрыта",
}

#: a step may be paid for in these states; after the act, too, where the plan has it so
PAYABLE: Final = frozenset({_S.SIGNED, _S.PAYMENT_PENDING, _S.IN_PROGRESS, _S.COMPLETED})
#: no money is released or paid out in these
FROZEN: Final = frozenset({_S.DISPUTE, _S.CANCELLING, _S.CANCELLED})


def move(deal: Deal, to: DealStatus, *, now: datetime) -> None:
    """Change the state of a locked deal.

    :raises TransitionNotAllowed: the table has no such step, a step to the same state included
    """
    if to not in TRANSITIONS[deal.status]:
        raise TransitionNotAllowed(LABELS[deal.status], LABELS[to])
    deal.status = to
    deal.updated_at = now
