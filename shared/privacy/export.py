"""Export (152-ФЗ art. 14): all that the platform keeps of a person, in parts of bounded size.

The first answer holds the beginning of every section and says where each goes on. Codes, tokens and stored answers to
requests are left out: they say nothing more of him.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.ports.storage import DownloadLinks
from shared.privacy import export_deals, export_self, export_words, freshness
from shared.privacy.export_rows import MOST, Row, Slice

Reader = Callable[[Session, Slice], list[Row]]


class Section(StrEnum):
    ACCOUNT = "account"
    CONSENTS = "consents"
    SIGNATURE_AGREEMENTS = "signature_agreements"
    SESSIONS = "sessions"
    CONTACT_CHANGES = "contact_changes"
    MEMBERSHIPS = "memberships"
    PAYOUT_ACCOUNTS = "payout_accounts"
    DEALS = "deals"
    OBJECTIONS = "objections"
    DISPUTES = "disputes"
    DOCUMENTS = "documents"
    SIGNATURES = "signatures"
    PAYMENTS = "payments"
    PAYOUTS = "payouts"
    RECEIPTS = "receipts"
    AUDIT = "audit"


_READERS: Final[Mapping[Section, Reader]] = {
    Section.ACCOUNT: export_self.account,
    Section.CONSENTS: export_self.consents,
    Section.SIGNATURE_AGREEMENTS: export_self.signature_agreements,
    Section.SESSIONS: export_self.sessions,
    Section.CONTACT_CHANGES: export_self.contact_changes,
    Section.MEMBERSHIPS: export_self.memberships,
    Section.PAYOUT_ACCOUNTS: export_self.payout_accounts,
    Section.DEALS: export_deals.deals_of,
    Section.OBJECTIONS: export_words.objections,
    Section.DISPUTES: export_words.disputes,
    Section.SIGNATURES: export_deals.signatures,
    Section.PAYMENTS: export_deals.payments,
    Section.PAYOUTS: export_deals.payouts,
    Section.RECEIPTS: export_deals.receipts,
    Section.AUDIT: export_self.audit_lines,
}


class Wanted(NamedTuple):
    """Everything from its beginning, or one section, after the row with that id."""

    section: Section | None = None
    after: UUID | None = None


class Export(NamedTuple):
    sections: dict[Section, list[Row]]
    #: sections that go on, and after which row
    more: dict[Section, UUID]


def export(
    session: Session,
    *,
    user_id: UUID,
    session_id: UUID,
    wanted: Wanted,
    links: DownloadLinks,
    actor: Actor,
    now: datetime,
) -> Export:
    """:raises FreshSignInNeeded: the session isn't fresh: this shows what no other answer does"""
    freshness.require(session, session_id, now=now)
    readers: dict[Section, Reader] = {
        **_READERS,
        Section.DOCUMENTS: partial(export_deals.documents, links=links),
    }
    chosen = list(Section) if wanted.section is None else [wanted.section]
    sections = {each: readers[each](session, Slice(user_id, wanted.after)) for each in chosen}
    audit.record(
        session,
        actor,
        "user.exported",
        entity=("user", user_id),
        after={"section": wanted.section or "all", "goes_on": wanted.after is not None},
        now=now,
    )
    return Export(sections, {name: _last(rows) for name, rows in sections.items() if len(rows) == MOST})


def _last(rows: list[Row]) -> UUID:
    return UUID(str(rows[-1]["id"]))
