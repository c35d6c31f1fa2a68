"""Reading the chain behind a payment: terms, signatures, intent, the provider's event, splits and postings."""

import hashlib
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shared.deals.models import Deal, DealTerms, PaymentStep
from shared.documents.models import Document, DocumentSigner
from shared.inbox.models import InboxEvent
from shared.ledger import tables
from shared.payments.models import Payment, PaymentIntent, Split, SplitLine
from shared.payments.rules import rule_of
from shared.payments.splits import split
from shared.payments.views import OwnerWord, owner_word
from shared.signatures.models import Signature
from shared.tracing.links import (
    Chain,
    DocumentLink,
    EntryLink,
    EventLink,
    IntentLink,
    PaymentLink,
    PostingLink,
    SignatureLink,
    SplitLink,
    TermsLink,
)


def chain_of(
    session: Session, payment: Payment, *, payouts: Sequence[UUID] = (), refunds: Sequence[UUID] = ()
) -> Chain:
    """The whole chain of a payment that was credited to a deal.

    :param payouts: those whose postings belong to it beside the payment's own, as those of ``refunds``
    """
    if payment.deal_id is None or payment.terms_sha256 is None:
        raise AssertionError("a credited payment has its deal and its terms")
    deal = session.get_one(Deal, payment.deal_id)
    terms = _terms(session, deal.id, payment.terms_sha256)
    splits = session.scalars(
        select(Split).where(Split.payment_id == payment.id).order_by(Split.position)
    ).all()
    return Chain(
        terms=_terms_link(terms),
        documents=_documents(session, payment.terms_sha256),
        intent=_intent(session, payment),
        payment=PaymentLink(
            payment.id,
            payment.provider,
            payment.provider_payment_id,
            payment.amount_kopecks,
            payment.charge_kopecks,
            payment.late,
            payment.occurred_at,
        ),
        event=_event(session, payment),
        splits=_split_links(splits, terms),
        recomputed=_as_ruled(payment, splits, deal, terms),
        postings=_postings(session, payment, splits, payouts, refunds),
    )


def _terms(session: Session, deal_id: UUID, sha256: bytes) -> DealTerms:
    return session.scalars(
        select(DealTerms).where(DealTerms.deal_id == deal_id, DealTerms.sha256 == sha256)
    ).one()


def _terms_link(terms: DealTerms) -> TermsLink:
    if terms.sha256 is None or terms.canonical is None or terms.frozen_at is None:
        raise AssertionError("frozen terms have their text and hash")
    intact = hashlib.sha256(terms.canonical.encode()).digest() == terms.sha256
    return TermsLink(terms.version, terms.sha256.hex(), terms.frozen_at, intact)


def _documents(session: Session, terms_sha256: bytes) -> list[DocumentLink]:
    """The documents made of these terms that somebody signed, with who signed what."""
    rows = session.execute(
        select(Document, DocumentSigner.side, Signature.document_sha256, Signature.signed_at)
        .join(Signature, Signature.document_id == Document.id)
        .join(DocumentSigner, DocumentSigner.id == Signature.signer_id)
        .where(Document.terms_sha256 == terms_sha256)
        .order_by(Document.created_at, Document.id, Signature.signed_at)
    ).all()
    return [
        DocumentLink(
            document.id,
            document.number,
            document.kind,
            None if document.sha256 is None else document.sha256.hex(),
            tuple(SignatureLink(row.side, row.document_sha256.hex(), row.signed_at) for row in signed),
        )
        for document, signed in groupby(rows, key=lambda row: row[0])
    ]


def _intent(session: Session, payment: Payment) -> IntentLink | None:
    if payment.intent_id is None:
        return None
    intent, step_no = session.execute(
        select(PaymentIntent, PaymentStep.step_no)
        .join(PaymentStep, PaymentStep.id == PaymentIntent.schedule_id)
        .where(PaymentIntent.id == payment.intent_id)
    ).one()
    return IntentLink(intent.id, step_no, intent.amount_kopecks, intent.created_at)


def _event(session: Session, payment: Payment) -> EventLink | None:
    """The first event that brought money under the provider's id of this payment."""
    event = session.scalars(
        select(InboxEvent)
        .where(
            InboxEvent.provider == payment.provider,
            InboxEvent.event_key == f"payment.succeeded:{payment.provider_payment_id}",
        )
        .limit(1)
    ).one_or_none()
    if event is None:
        return None
    return EventLink(event.event_key, event.body_sha256.hex(), event.recorded_at)


def _split_links(splits: Sequence[Split], terms: DealTerms) -> list[SplitLink]:
    """The shares stand in the rule's order, after the lines that are no shares."""
    bps = iter([int(share["bps"]) for share in terms.split_rule])
    return [
        SplitLink(
            one.id,
            one.line,
            owner_word(one.owner_user_id, one.owner_organization_id),
            None if one.line in {SplitLine.VAT, SplitLine.PLATFORM} else next(bps, None),
            one.amount_kopecks,
        )
        for one in splits
    ]


def _as_ruled(payment: Payment, splits: Sequence[Split], deal: Deal, terms: DealTerms) -> bool:
    ruled = split(payment.amount_kopecks, rule_of(deal, terms))
    return [(part.line, part.owner.id, part.amount) for part in ruled] == [
        (one.line, one.owner_user_id or one.owner_organization_id, one.amount_kopecks) for one in splits
    ]


def _postings(
    session: Session,
    payment: Payment,
    splits: Sequence[Split],
    payouts: Sequence[UUID],
    refunds: Sequence[UUID],
) -> list[PostingLink]:
    transactions, entries, accounts = tables.transactions, tables.entries, tables.accounts
    rows = session.execute(
        select(
            transactions,
            entries.c.side,
            entries.c.amount_kopecks,
            accounts.c.kind.label("account"),
            accounts.c.owner_id,
        )
        .join(entries, entries.c.transaction_id == transactions.c.id)
        .join(accounts, accounts.c.id == entries.c.account_id)
        .where(
            or_(
                transactions.c.payment_id == payment.id,
                transactions.c.split_id.in_([one.id for one in splits]),
                transactions.c.payout_id.in_(payouts),
                transactions.c.refund_id.in_(refunds),
            )
        )
        .order_by(transactions.c.recorded_at, transactions.c.id, entries.c.line_no)
    ).all()
    words = _owner_words(splits)
    links = []
    for _, lines in groupby(rows, key=attrgetter("id")):
        written = list(lines)
        first = written[0]
        links.append(
            PostingLink(
                first.id,
                first.kind,
                first.idempotency_key,
                first.occurred_at,
                first.recorded_at,
                None if first.terms_sha256 is None else first.terms_sha256.hex(),
                first.document_id,
                first.reverses_id,
                tuple(
                    EntryLink(line.account, words.get(line.owner_id), line.side, line.amount_kopecks)
                    for line in written
                ),
            )
        )
    return links


def _owner_words(splits: Sequence[Split]) -> dict[UUID | None, OwnerWord]:
    return {
        one.owner_user_id or one.owner_organization_id: owner_word(
            one.owner_user_id, one.owner_organization_id
        )
        for one in splits
        if one.line is not SplitLine.PLATFORM
    }
