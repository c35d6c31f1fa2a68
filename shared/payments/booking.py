"""One statement writes what a credited payment changes: itself, its splits, its step and its link.

Past the unit of work, which would write each by a statement of its own; the objects in the session say the same
afterwards, and none of it is written again. Who calls it holds the locks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Integer, Text, Uuid, bindparam, column, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from shared.db.base import Base
from shared.db.raw import execute_later
from shared.db.unmapped import is_written, table_of
from shared.deals.models import PaymentStep, StepStatus
from shared.kernel.identifiers import new_id
from shared.payments.models import IntentStatus, Payment, PaymentIntent, Split, SplitStatus
from shared.payments.splits import SplitShare

_PAYMENTS: Final = table_of(Payment)
_SPLITS: Final = table_of(Split)
_STEPS: Final = table_of(PaymentStep)
_INTENTS: Final = table_of(PaymentIntent)
#: each has its own words: a column's name alone would be SQLAlchemy's
_OF_PAYMENT: Final = {name: f"payment_{name}" for name in _PAYMENTS.columns.keys()}  # noqa: SIM118 -- no mapping
_SHARES: Final = (
    func.jsonb_to_recordset(bindparam("shares", type_=JSONB()))
    .table_valued(
        column("id", Uuid()),
        column("position", Integer()),
        column("line", Text()),
        column("owner_user_id", Uuid()),
        column("owner_organization_id", Uuid()),
        column("amount_kopecks", BigInteger()),
        name="shares",
    )
    .render_derived(with_types=True)
)
_SHARED: Final = {
    "payment_id": bindparam("payment_id", type_=Uuid()),
    "deal_id": bindparam("payment_deal_id", type_=Uuid()),
    "schedule_id": bindparam("payment_schedule_id", type_=Uuid()),
    "status": bindparam("split_status", type_=_SPLITS.c.status.type),
    "created_at": bindparam("split_created_at", type_=_SPLITS.c.created_at.type),
}
_HOLD: Final = insert(_SPLITS).from_select(
    [*_SHARES.c.keys(), *_SHARED], select(*_SHARES.c, *_SHARED.values()), include_defaults=False
)
_BOOK: Final = _HOLD.add_cte(
    insert(_PAYMENTS)
    .values({name: bindparam(word, type_=_PAYMENTS.c[name].type) for name, word in _OF_PAYMENT.items()})
    .cte("booked"),
    update(_STEPS)
    .where(_STEPS.c.id == bindparam("payment_schedule_id"))
    .values(
        status=bindparam("step_status"),
        paid_at=bindparam("payment_occurred_at"),
        release_due_at=bindparam("step_release_due_at"),
    )
    .cte("paid_step"),
    update(_INTENTS)
    .where(_INTENTS.c.id == bindparam("payment_intent_id"))
    .values(
        status=bindparam("intent_status"),
        provider_payment_id=bindparam("payment_provider_payment_id"),
        paid_at=bindparam("payment_occurred_at"),
        next_poll_at=None,
    )
    .cte("paid_intent"),
)


def book(
    session: Session,
    payment: Payment,
    step: PaymentStep,
    intent: PaymentIntent,
    shares: Sequence[SplitShare],
    *,
    release_due_at: datetime | None,
    now: datetime,
) -> None:
    """The new payment pays its link's step: it is written, with its shares held for their owners.

    :param release_due_at: see ``deals.releasing``
    """
    execute_later(
        session,
        _BOOK,
        {
            **{word: getattr(payment, name) for name, word in _OF_PAYMENT.items()},
            **_held(shares, now),
            "step_status": StepStatus.PAID,
            "step_release_due_at": release_due_at,
            "intent_status": IntentStatus.PAID,
        },
    )
    is_written(session, payment)
    _now_is(step, status=StepStatus.PAID, paid_at=payment.occurred_at, release_due_at=release_due_at)
    _now_is(
        intent,
        status=IntentStatus.PAID,
        provider_payment_id=payment.provider_payment_id,
        paid_at=payment.occurred_at,
        next_poll_at=None,
    )


def hold(session: Session, payment: Payment, shares: Sequence[SplitShare], *, now: datetime) -> None:
    """The shares of a payment that is written already."""
    execute_later(
        session,
        _HOLD,
        {
            **_held(shares, now),
            "payment_id": payment.id,
            "payment_deal_id": payment.deal_id,
            "payment_schedule_id": payment.schedule_id,
        },
    )


def _held(shares: Sequence[SplitShare], now: datetime) -> dict[str, object]:
    rows = [
        {
            "id": str(new_id()),
            "position": position,
            "line": share.line,
            "owner_user_id": str(share.owner.id) if share.owner.kind == "user" else None,
            "owner_organization_id": str(share.owner.id) if share.owner.kind == "org" else None,
            "amount_kopecks": share.amount.kopecks,
        }
        for position, share in enumerate(shares)
    ]
    return {"shares": rows, "split_status": SplitStatus.HELD, "split_created_at": now}


def _now_is(row: Base, **written: Any) -> None:
    """What the database has already."""
    for name, value in written.items():
        set_committed_value(row, name, value)
