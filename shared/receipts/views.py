"""Receipts as people see them: the taxpayer his own, a payer those made out to him; others see none."""

from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.config import fiscal as settings
from shared.deals.models import DealParty
from shared.deals.service import Viewer
from shared.organizations.models import Organization
from shared.receipts.kkt_models import KktReceipt
from shared.receipts.models import Receipt, ReceiptStatus
from shared.security.pii import DataKey, Sealed
from shared.vault import service as vault
from shared.vault.models import KeyOwner
from shared.vault.service import Sealer

_OPEN: Final = (ReceiptStatus.PLANNED, ReceiptStatus.SENDING)


class ReceiptFacts(NamedTuple):
    receipt: Receipt
    link: str | None
    payer_kind: Literal["client", "agency"]
    #: an agency's short name; a client's name stays in his deal
    payer_name: str | None
    #: of a cash register's receipt
    kkt: KktReceipt | None


class Sought(NamedTuple):
    """Which receipts are asked for; None asks for any."""

    deal_id: UUID | None = None
    status: ReceiptStatus | None = None
    #: only cash registers' receipts that have failed, that nobody can find out about, or that by then should long
    #: have been registered
    missing_at: datetime | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        asked: list[ColumnElement[bool]] = []
        if self.deal_id is not None:
            asked.append(Receipt.deal_id == self.deal_id)
        if self.status is not None:
            asked.append(Receipt.status == self.status)
        if self.missing_at is not None:
            late = KktReceipt.due_at <= self.missing_at - settings.load().registered_within
            asked.append(
                or_(
                    Receipt.status == ReceiptStatus.FAILED,
                    and_(Receipt.status.in_(_OPEN), _has_kkt(or_(late, KktReceipt.next_at.is_(None)))),
                )
            )
        return asked


def receipts_page(
    session: Session, viewer: Viewer, sought: Sought, *, offset: int, size: int
) -> tuple[list[ReceiptFacts], int]:
    """Receipts, newest first, and how many there are."""
    found = select(Receipt).where(_seen_by(viewer), *sought.conditions)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.scalars(found.order_by(Receipt.id.desc()).offset(offset).limit(size)).all()
    return [facts_of(session, row) for row in rows], total


def link_of(session: Session, receipt: Receipt) -> str | None:
    """The receipt's address at the tax service; None until it is registered."""
    if receipt.link is None:
        return None
    return _sealer(vault.key_of(session, receipt.id), receipt).open("link", receipt.link)


def seal_link(session: Session, receipt: Receipt, link: str, *, now: datetime) -> Sealed:
    """Under a key of the receipt's own: its payer must be able to show it long after the taxpayer has left."""
    return _sealer(vault.create_key(session, receipt.id, KeyOwner.RECORD, now=now), receipt).seal(
        "link", link
    )


def _sealer(key: DataKey, receipt: Receipt) -> Sealer:
    return Sealer(key, table=Receipt.__tablename__, row=receipt.id)


def facts_of(session: Session, receipt: Receipt) -> ReceiptFacts:
    link, kkt = link_of(session, receipt), session.get(KktReceipt, receipt.id)
    if receipt.payer_organization_id is None:
        return ReceiptFacts(receipt, link, "client", None, kkt)
    name = session.get_one(Organization, receipt.payer_organization_id).short_name
    return ReceiptFacts(receipt, link, "agency", name, kkt)


def _has_kkt(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(KktReceipt.receipt_id == Receipt.id, condition)


def _seen_by(viewer: Viewer) -> ColumnElement[bool]:
    match viewer.reach:
        case Reach.ANY:
            return true()
        case Reach.OWN:
            return Receipt.taxpayer_id == viewer.user_id
        case Reach.AGENCY if viewer.organization_id is not None:
            return or_(
                Receipt.payer_organization_id == viewer.organization_id,
                Receipt.taxpayer_organization_id == viewer.organization_id,
            )
        case Reach.PARTY:
            return exists().where(DealParty.id == Receipt.payer_party_id, DealParty.user_id == viewer.user_id)
    return false()
