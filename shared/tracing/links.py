"""The links of the chain from a signed contract to a kopeck that moved; nothing personal is in any of them.

Sums are ``Money`` (kopecks), hashes SHA-256 in hex, times aware UTC.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.kernel.money import Money
from shared.payments.models import SplitLine
from shared.payments.views import OwnerWord


class SignatureLink(NamedTuple):
    side: str
    #: of the very file that was signed
    document_sha256: str
    signed_at: datetime


class DocumentLink(NamedTuple):
    id: UUID
    number: str
    kind: str
    sha256: str | None
    signatures: Sequence[SignatureLink]


class TermsLink(NamedTuple):
    version: int
    sha256: str
    frozen_at: datetime
    #: the stored text still has this hash
    intact: bool


class IntentLink(NamedTuple):
    id: UUID
    step_no: int
    amount_kopecks: Money
    created_at: datetime


class EventLink(NamedTuple):
    """What the provider told, as the inbox keeps it for ever."""

    key: str
    body_sha256: str
    recorded_at: datetime


class PaymentLink(NamedTuple):
    id: UUID
    provider: str
    provider_payment_id: str
    amount_kopecks: Money
    charge_kopecks: Money
    late: bool
    occurred_at: datetime


class SplitLink(NamedTuple):
    """One line of the split; ``bps`` is the owner's share of the base, None for VAT and the platform's fee."""

    id: UUID
    line: SplitLine
    owner: OwnerWord
    bps: int | None
    amount_kopecks: Money


class EntryLink(NamedTuple):
    account: str
    owner: OwnerWord | None
    side: str
    amount_kopecks: Money


class PostingLink(NamedTuple):
    id: UUID
    kind: str
    key: str
    occurred_at: datetime
    recorded_at: datetime
    terms_sha256: str | None
    document_id: UUID | None
    reverses_id: UUID | None
    entries: Sequence[EntryLink]


class Chain(NamedTuple):
    """From the signed terms to the postings, for one payment and what came of it."""

    terms: TermsLink
    documents: Sequence[DocumentLink]
    intent: IntentLink | None
    payment: PaymentLink
    event: EventLink | None
    splits: Sequence[SplitLink]
    #: the splits are what the rule in the signed terms makes of the payment
    recomputed: bool
    postings: Sequence[PostingLink]
