"""Sending refunds: the key and the words are committed before the call, called with no transaction open, never twice.

``accepted`` → (the provider has the money) → ``sending`` → the call → its outcome. Whoever finds ``sending`` without the
provider's id, or ``unknown``, finds out: the provider is asked for it, then the same key is repeated while it lives.
Where there are no keys, nothing is repeated but by a person's decision (``resending``).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.kernel.money import Money, total
from shared.observability import checkpoints, log
from shared.payments.models import Payment
from shared.payments.recording import Claim
from shared.ports.payments import (
    OutcomeUnknown,
    ProviderRefund,
    ProviderRefused,
    RefundOrder,
    RefundProvider,
    Undecided,
)
from shared.refunds import approving, covering, finding, fiscal, outcomes, resending, trail
from shared.refunds.lifecycle import DECIDED, ON_THE_WAY
from shared.refunds.models import Refund, RefundStatus
from shared.refunds.outcomes import RefundConsequence

#: Each may ask the provider twice; a run's time must be enough for all of them.
BATCH: Final = 20
_LEASE: Final = timedelta(minutes=2)
_PUT_OFF: Final = timedelta(hours=1)


class RefundSender(NamedTuple):
    """One run's means: the providers by their terminals' names, and what a refund that succeeded causes."""

    transactions: Transactions
    provider_of: Callable[[str], RefundProvider]
    on_refunded: RefundConsequence
    now: datetime

    def send_due(self) -> dict[str, int]:
        """Take each due refund one step on; counts by the status it has afterwards.

        Two runs at once share the work: what one has taken, the other doesn't see for two minutes.
        """
        counts: Counter[str] = Counter()
        for refund_id in self._lease():
            try:
                counts[self._advance(refund_id)] += 1
            except Exception as error:  # noqa: BLE001 -- what is wrong with one refund must not stop the rest
                log.surprise("refund_not_advanced", error)
                self._put_off(refund_id)
                counts["error"] += 1
        return dict(counts)

    def _put_off(self, refund_id: UUID) -> None:
        """So that it isn't first for ever; whoever holds its row decides himself."""
        log.error("refund_put_off", refund_id=str(refund_id))
        with self.transactions() as session:
            refund = session.scalars(
                select(Refund).where(Refund.id == refund_id).with_for_update(skip_locked=True)
            ).one_or_none()
            if refund is not None and refund.next_at is not None:
                refund.next_at = self.now + _PUT_OFF

    def _lease(self) -> Sequence[UUID]:
        with self.transactions() as session:
            due = session.scalars(
                select(Refund)
                .where(Refund.next_at <= self.now)
                .order_by(Refund.next_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            for refund in due:
                refund.next_at = self.now + _LEASE
            return [refund.id for refund in due]

    def _advance(self, refund_id: UUID) -> str:
        with self.transactions() as session:
            status = session.get_one(Refund, refund_id).status
            if status is RefundStatus.AWAITING_APPROVAL:
                return approving.expire(session, refund_id, now=self.now)
        if status in DECIDED:
            status = self._prepare(refund_id)
            checkpoints.reached("refunds_send.prepared")
            return self._send(refund_id) if status is RefundStatus.SENDING else status
        return self._find_out(refund_id) if status in ON_THE_WAY else status

    def _prepare(self, refund_id: UUID) -> RefundStatus:
        """Commit what will be asked of the provider, if the money for it is there."""
        with self.transactions() as session:
            refund, _, step = finding.locked(session, refund_id)
            if (
                refund.accepted_at is None
                and refund.status is RefundStatus.AWAITING_COVER
                and step is not None
            ):
                payment = session.get_one(Payment, refund.payment_id)
                splits, parts = finding.splits_of(session, payment.id), finding.parts_of(session, refund_id)
                covering.accept(session, refund, payment, step, splits, parts, now=self.now)
            if refund.accepted_at is None or refund.status not in DECIDED:
                return refund.status
            if _another_on_its_way(session, refund):
                refund.next_at = self.now + covering.SOON
            elif covering.provide(session, refund, now=self.now):
                self._commit_words(session, refund)
            return refund.status

    def _commit_words(self, session: Session, refund: Refund) -> None:
        payment = session.get_one(Payment, refund.payment_id)
        refund.left_before_kopecks = payment.amount_kopecks - _refunded(session, refund.payment_id)
        refund.sent_at = self.now
        refund.wait_reason = None
        refund.tries += 1
        refund.next_at = outcomes.next_look(refund, self.now)
        trail.move(session, refund, RefundStatus.SENDING, now=self.now)

    def _send(self, refund_id: UUID) -> str:
        with self.transactions() as session:
            refund = session.get_one(Refund, refund_id)
            order, key, provider = order_of(session, refund), refund.provider_key, refund.provider
        checkpoints.reached("refunds_send.sending")
        try:
            truth = self.provider_of(provider).refund(order, key=str(key))
        except OutcomeUnknown:
            return self._note_unknown(refund_id)
        except ProviderRefused as refusal:
            with self.transactions() as session:
                return outcomes.refused(session, refund_id, refusal.code, now=self.now)
        checkpoints.reached("refunds_send.called")
        return self._record(refund_id, truth)

    def _find_out(self, refund_id: UUID) -> str:
        """Its outcome is out of our sight: ask for it; only then repeat, where that is no second refund."""
        with self.transactions() as session:
            refund = session.get_one(Refund, refund_id)
            order, provider_id = order_of(session, refund), refund.provider_refund_id
            provider = self.provider_of(refund.provider)
        try:
            truth = provider.find_refund(order, provider_id=provider_id)
        except Undecided:
            with self.transactions() as session:
                return resending.note_moved(session, refund_id, now=self.now)
        except OutcomeUnknown:
            return self._note_unknown(refund_id)
        if truth is not None:
            return self._record(refund_id, truth)
        life = provider.capabilities.key_life
        with self.transactions() as session:
            again = resending.may_send(session, refund_id, key_life=life, now=self.now)
            status = session.get_one(Refund, refund_id).status
        return self._send(refund_id) if again else status

    def _record(self, refund_id: UUID, truth: ProviderRefund) -> str:
        with self.transactions() as session:
            provider = session.get_one(Refund, refund_id).provider
            claim = Claim(provider, f"poll:{truth.provider_id}:{truth.raw_status}")
            return outcomes.record(
                session, refund_id, truth, claim, on_refunded=self.on_refunded, now=self.now
            )

    def _note_unknown(self, refund_id: UUID) -> str:
        with self.transactions() as session:
            return outcomes.note_unknown(session, refund_id, now=self.now)


def order_of(session: Session, refund: Refund) -> RefundOrder:
    """The same words for every try."""
    payment = session.get_one(Payment, refund.payment_id)
    if refund.left_before_kopecks is None:
        raise AssertionError("what is sent has its words")
    return RefundOrder(
        refund_id=str(refund.id) if refund.attempt == 1 else f"{refund.id}/{refund.attempt}",
        provider_payment_id=payment.provider_payment_id,
        amount=refund.amount_kopecks,
        left_before=refund.left_before_kopecks,
        description="Возврат по договору",
        created_at=refund.created_at,
        paid=payment.amount_kopecks,
        receipt=fiscal.receipt_of(session, refund, payment),
    )


def _another_on_its_way(session: Session, refund: Refund) -> bool:
    """Of the same payment; two at once could not be told apart where the provider has no keys."""
    other = exists().where(
        Refund.payment_id == refund.payment_id, Refund.status.in_(ON_THE_WAY), Refund.id != refund.id
    )
    return bool(session.scalar(select(other)))


def _refunded(session: Session, payment_id: UUID) -> Money:
    amounts = session.scalars(
        select(Refund.amount_kopecks).where(
            Refund.payment_id == payment_id, Refund.status == RefundStatus.SUCCEEDED
        )
    )
    return total(list(amounts))
