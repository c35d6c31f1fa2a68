"""One statement writes a cash register's receipt: what every receipt has, and what only such a one has.

Past the unit of work, which would ask for the payer and then write two rows one after the other.
"""

from typing import Final

from sqlalchemy import Uuid, bindparam, insert, select
from sqlalchemy.orm import Session

from shared.db.raw import execute_later
from shared.db.unmapped import is_written, table_of
from shared.deals.models import DealParty, PartyRole
from shared.receipts.kkt_models import KktReceipt
from shared.receipts.models import Receipt

_RECEIPTS: Final = table_of(Receipt)
_KKT: Final = table_of(KktReceipt)
_OF_RECEIPT: Final = (
    "id",
    "kind",
    "status",
    "deal_id",
    "schedule_id",
    "taxpayer_organization_id",
    "amount_kopecks",
    "operation_time",
    "created_at",
)
_OF_KKT: Final = (
    "receipt_id",
    "kkt_kind",
    "payment_id",
    "release_id",
    "refund_id",
    "follows_id",
    "provider",
    "carried",
    "provider_key",
    "attempt",
    "tries",
    "due_at",
    "sent_at",
    "next_at",
)
_CLIENT: Final = (
    select(DealParty.id)
    .where(
        DealParty.deal_id == bindparam("receipt_deal_id", type_=Uuid()),
        DealParty.role == PartyRole.CLIENT,
    )
    .scalar_subquery()
)
# A column's own name would be SQLAlchemy's.
_WRITE: Final = (
    insert(_KKT)
    .values({name: bindparam(f"kkt_{name}", type_=_KKT.c[name].type) for name in _OF_KKT})
    .add_cte(
        insert(_RECEIPTS)
        .values(
            {
                **{name: bindparam(f"receipt_{name}", type_=_RECEIPTS.c[name].type) for name in _OF_RECEIPT},
                "payer_party_id": _CLIENT,
            }
        )
        .cte("receipt")
    )
)


def write(session: Session, receipt: Receipt, kkt: KktReceipt) -> None:
    """Both are new; the payer is the deal's client."""
    execute_later(
        session,
        _WRITE,
        {f"receipt_{name}": getattr(receipt, name) for name in _OF_RECEIPT}
        | {f"kkt_{name}": getattr(kkt, name) for name in _OF_KKT},
    )
    for written in (receipt, kkt):
        is_written(session, written)
