"""Sending due payouts: reserved and committed before the call, called with no transaction open, never twice.

``planned`` → (gates) → ``reserved`` → ``sending`` → the call → its outcome. Whoever finds ``reserved`` knows that
nothing has left; whoever finds ``sending`` without the provider's id, or ``unknown``, finds out: by our id, then
with the same key while it lives.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.models import Deal
from shared.kernel.money import Money
from shared.ledger import flows
from shared.observability import checkpoints, log
from shared.payments.limits import PAY_OUT_LEAST
from shared.payouts import gates, outcomes, set_off
from shared.payouts.attempts import Attempt
from shared.payouts.destinations import destination_of
from shared.payouts.gates import Gate, Hold
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.outcomes import PayoutConsequence
from shared.payouts.owner_parts import OwnerPart
from shared.payouts.trail import record_change
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.ports.payouts import PayoutOrder, PayoutProvider, ProviderPayout
from shared.tasks import service as tasks

#: Each may ask the provider twice; a run's time must be enough for all of them.
BATCH: Final = 20
#: A key is the provider's for 24 hours; after that a repeat would be a second payout.
KEY_LIFE: Final = timedelta(hours=23)
_LEASE: Final = timedelta(minutes=2)


class Sender(NamedTuple):
    """One run's means: the provider, further gates, and what an arrived or returned payout causes."""

    transactions: Transactions
    provider: PayoutProvider
    gates: tuple[Gate, ...]
    on_settled: PayoutConsequence
    now: datetime

    def send_due(self) -> dict[str, int]:
        """Take each due payout one step on; counts by the status it has afterwards.

        Two runs at once share the work: what one has taken, the other doesn't see for two minutes.
        """
        counts: Counter[str] = Counter()
        for payout_id in self._lease():
            try:
                counts[self._advance(payout_id)] += 1
            except Exception as error:  # noqa: BLE001 -- what is wrong with one payout must not stop the rest
                log.surprise("payout_not_advanced", error)
                self._put_off(payout_id)
                counts["error"] += 1
        return dict(counts)

    def _put_off(self, payout_id: UUID) -> None:
        """So that it isn't first for ever; whoever holds its row decides himself."""
        log.error("payout_put_off", payout_id=str(payout_id))
        with self.transactions() as session:
            payout = session.scalars(
                select(Payout).where(Payout.id == payout_id).with_for_update(skip_locked=True)
            ).one_or_none()
            if payout is not None and payout.next_at is not None:
                payout.next_at = self.now + gates.LATER

    def _lease(self) -> Sequence[UUID]:
        with self.transactions() as session:
            due = session.scalars(
                select(Payout)
                .where(Payout.next_at <= self.now)
                .order_by(Payout.next_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            for payout in due:
                payout.next_at = self.now + _LEASE
            return [payout.id for payout in due]

    def _advance(self, payout_id: UUID) -> str:
        with self.transactions() as session:
            payout = session.get_one(Payout, payout_id)
            status, provider_id = payout.status, payout.provider_payout_id
        if status is PayoutStatus.PLANNED:
            status = self._reserve(payout_id)
            checkpoints.reached("payouts_send.reserved")
        if status is PayoutStatus.RESERVED:
            return self._send(payout_id)
        if status in {PayoutStatus.SENDING, PayoutStatus.UNKNOWN}:
            return self._find_out(payout_id, provider_id)
        return status

    def _reserve(self, payout_id: UUID) -> PayoutStatus:
        with self.transactions() as session:
            deal_id = session.get_one(Payout, payout_id).deal_id
            deals.deal_for_update(session, deal_id)
            payout = outcomes.locked(session, payout_id)
            if payout.status is not PayoutStatus.PLANNED:
                return payout.status
            verdict = gates.check(
                session, payout, provider_name=self.provider.name, more=self.gates, now=self.now
            )
            if isinstance(verdict, Hold):
                _hold(session, payout, verdict, self.now)
            else:
                self._pay_debts(session, payout, verdict.destination.account_id)
            return payout.status

    def _pay_debts(self, session: Session, payout: Payout, account_id: UUID) -> None:
        """What its owner owes is taken out first; only what is left is paid, if anything is."""
        part = outcomes.part_of(session, payout)
        left = set_off.settle_debts(session, payout, part, now=self.now)
        if left == Money.zero():
            self.on_settled(session, payout, self.now)
        elif left < PAY_OUT_LEAST:
            _hold(session, payout, gates.OUTSIDE_LIMITS, self.now)
        else:
            self._set_aside(session, payout, part, account_id)

    def _set_aside(self, session: Session, payout: Payout, part: OwnerPart, account_id: UUID) -> None:
        flows.payout_reserved(
            session,
            payout_id=payout.id,
            attempt=payout.attempt,
            owner_id=part.owner_id,
            split_id=part.account_split_id,
            amount=payout.amount_kopecks,
            occurred_at=self.now,
        )
        payout.status = PayoutStatus.RESERVED
        payout.hold_reason = None
        payout.account_id = account_id
        payout.provider = self.provider.name
        payout.provider_key = uuid4()
        payout.reserved_at = self.now
        record_change(session, payout, "reserved", before=PayoutStatus.PLANNED, now=self.now)

    def _send(self, payout_id: UUID) -> str:
        with self.transactions() as session:
            payout = outcomes.locked(session, payout_id)
            if payout.status is not PayoutStatus.RESERVED:
                return payout.status
            # since the reservation
            held = gates.owner_hold(session, payout, self.now) or gates.refund_hold(session, payout)
            if held is not None:
                _hold(session, payout, held, self.now)
                return payout.status
            payout.status = PayoutStatus.SENDING
            payout.hold_reason = None
            payout.tries += 1
            payout.next_at = outcomes.next_look(payout, self.now)
            record_change(session, payout, "sending", before=PayoutStatus.RESERVED, now=self.now)
            order, key = _order(session, payout), payout.provider_key
        checkpoints.reached("payouts_send.sending")
        return self._create(payout_id, order, key)

    def _create(self, payout_id: UUID, order: PayoutOrder, key: UUID | None) -> str:
        try:
            truth = self.provider.create(order, key=str(key))
        except OutcomeUnknown:
            return self._note_unknown(payout_id)
        except ProviderRefused as refusal:
            with self.transactions() as session:
                return outcomes.refused(session, payout_id, refusal.code, now=self.now)
        checkpoints.reached("payouts_send.called")
        return self._record(payout_id, truth)

    def _find_out(self, payout_id: UUID, provider_id: str | None) -> str:
        """Its outcome is out of our sight: ask, by the provider's id or by ours; only then repeat with the key.

        What is repeated is unknown first: a refusal of the repeat tells nothing about the try before.
        """
        with self.transactions() as session:
            payout = session.get_one(Payout, payout_id)
            order, key, reserved_at = _order(session, payout), payout.provider_key, payout.reserved_at
            reference = Attempt.of(payout).reference
        since = reserved_at or self.now
        try:
            if provider_id is not None:
                truth = self.provider.get(provider_id)
            else:
                truth = self.provider.find(reference, created_after=since)
        except OutcomeUnknown:
            return self._note_unknown(payout_id)
        if truth is not None:
            return self._record(payout_id, truth)
        if provider_id is None and self.now - since < KEY_LIFE:
            self._note_unknown(payout_id)
            return self._create(payout_id, order, key)
        return self._note_unknown(payout_id)

    def _record(self, payout_id: UUID, truth: ProviderPayout) -> str:
        with self.transactions() as session:
            return outcomes.record(session, payout_id, truth, on_settled=self.on_settled, now=self.now)

    def _note_unknown(self, payout_id: UUID) -> str:
        with self.transactions() as session:
            return outcomes.note_unknown(session, payout_id, now=self.now)


def _hold(session: Session, payout: Payout, hold: Hold, now: datetime) -> None:
    if payout.hold_reason != hold.reason:
        audit.record(
            session,
            SYSTEM,
            "payout.held",
            entity=("payout", payout.id),
            before={"hold_reason": payout.hold_reason},
            after={"status": payout.status, "hold_reason": hold.reason},
            now=now,
        )
    payout.hold_reason = hold.reason
    payout.next_at = now + hold.look_again
    if hold.needs_operator:
        tasks.open_task(session, "payout_held", entity=("payout", payout.id), reason=hold.reason, now=now)


def _order(session: Session, payout: Payout) -> PayoutOrder:
    """The same words for every try, to the account chosen with the reservation."""
    if payout.account_id is None:
        raise AssertionError("a reserved payout has its destination")
    destination = destination_of(session, payout.account_id)
    deal = session.get_one(Deal, payout.deal_id)
    return PayoutOrder(
        payout_id=Attempt.of(payout).reference,
        amount=payout.amount_kopecks,
        phone=destination.phone,
        bank_id=destination.bank_id,
        description=f"Выплата по сделке № {deal.number}",
    )
