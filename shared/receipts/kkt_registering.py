"""Having fiscal receipts registered: what travelled is looked up, the rest is asked for, nothing is made twice.

``planned`` → (key and words committed) ``sending`` → the call, with no transaction open → its outcome. One of a payment's
receipts is asked for at a time: two that look alike could not be told apart when an answer is lost.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.observability import checkpoints, log
from shared.payments.models import Payment
from shared.ports.fiscal import (
    FiscalRegister,
    ReceiptLookup,
    ReceiptOrder,
    RegisteredReceipt,
    Registration,
)
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.receipts import kkt_matching, kkt_orders, kkt_outcomes, kkt_planning
from shared.receipts.kkt_models import KktKind, KktReceipt
from shared.receipts.kkt_outcomes import Locked
from shared.receipts.models import Receipt, ReceiptStatus

#: Each may ask the provider twice; a run's time must be enough for all of them.
BATCH: Final = 20
_LEASE: Final = timedelta(minutes=2)
#: the longest that the cloud lets a function run
_RUN_LASTS: Final = timedelta(minutes=15)
_PUT_OFF: Final = timedelta(hours=1)
_SOON: Final = timedelta(minutes=1)


class _Look(NamedTuple):
    """What is known of one receipt before its register is asked."""

    status: ReceiptStatus
    kkt: KktReceipt
    order: ReceiptOrder
    refund_id: str | None
    others: frozenset[str]


class Registrar(NamedTuple):
    """One run's means: the cash registers by their terminals' names."""

    transactions: Transactions
    register_of: Callable[[str], FiscalRegister]
    now: datetime

    def run(self) -> dict[str, int]:
        """Plan offsets, then take each due receipt one step on; counts by what it is afterwards."""
        counts: Counter[str] = Counter(offset=kkt_planning.plan_offsets(self.transactions, now=self.now))
        for receipt_id in self._lease():
            try:
                counts[self._advance(receipt_id)] += 1
            except Exception as error:  # noqa: BLE001 -- what is wrong with one receipt must not stop the rest
                log.surprise("kkt_receipt_not_advanced", error)
                self._put_off(receipt_id)
                counts["error"] += 1
        return {word: count for word, count in counts.items() if count}

    def _lease(self) -> Sequence[UUID]:
        with self.transactions() as session:
            due = session.scalars(
                select(KktReceipt)
                .where(KktReceipt.next_at <= self.now)
                .order_by(KktReceipt.next_at, KktReceipt.receipt_id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            for kkt in due:
                kkt.next_at = self.now + _LEASE
            return [kkt.receipt_id for kkt in due]

    def _put_off(self, receipt_id: UUID) -> None:
        """So that it isn't first for ever; whoever holds its row decides himself."""
        log.error("kkt_receipt_put_off", receipt_id=str(receipt_id))
        with self.transactions() as session:
            kkt = session.scalars(
                select(KktReceipt)
                .where(KktReceipt.receipt_id == receipt_id)
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if kkt is not None and kkt.next_at is not None:
                kkt.next_at = self.now + _PUT_OFF

    def _advance(self, receipt_id: UUID) -> str:
        with self.transactions() as session:
            look = _look_at(session, receipt_id)
        register = self.register_of(look.kkt.provider)
        if register.lookup is None and self._claim(receipt_id):
            return ReceiptStatus.REGISTERED
        if look.status is ReceiptStatus.PLANNED:
            return self._send(receipt_id, register) if self._prepare(receipt_id, register) else "waiting"
        if register.lookup is None:
            return self._await_message(receipt_id)
        return self._find_out(receipt_id, look, register, register.lookup)

    def _claim(self, receipt_id: UUID) -> bool:
        """The register told of it before anybody looked."""
        with self.transactions() as session:
            return kkt_matching.claim(session, Locked(session, receipt_id), now=self.now)

    def _await_message(self, receipt_id: UUID) -> str:
        with self.transactions() as session:
            found = Locked(session, receipt_id)
            kkt = found.kkt
            if not found.is_open:
                return found.receipt.status
            if kkt.carried or kkt.accepted_at is not None:
                return kkt_outcomes.await_message(session, found, now=self.now)
            over_at = (kkt.sent_at or self.now) + _RUN_LASTS
            if self.now < over_at:
                kkt.next_at = over_at  # whoever asked may still be waiting for the answer
                return found.receipt.status
            return kkt_outcomes.leave_to_a_person(session, receipt_id, now=self.now)

    def _prepare(self, receipt_id: UUID, register: FiscalRegister) -> bool:
        """Commit what will be asked; False while another receipt of the payment is on its way, or if it can't be."""
        with self.transactions() as session:
            found = Locked(session, receipt_id)
            if found.receipt.status is not ReceiptStatus.PLANNED:
                return False
            if not _follows_a_registered(session, found.kkt):
                kkt_outcomes.look_again(session, found, "follows_a_missing_one", now=self.now)
                return False
            if _another_on_its_way(session, found.kkt):
                found.kkt.next_at = self.now + _SOON
                return False
            if not register.capabilities.offsets_parts and _is_of_a_part(session, found):
                kkt_outcomes.fail(session, found, "register_offsets_no_parts", now=self.now)
                return False
            found.kkt.sent_at = self.now
            kkt_outcomes.move(session, found, ReceiptStatus.SENDING, now=self.now)
        checkpoints.reached("kkt_receipts.prepared")
        return True

    def _send(self, receipt_id: UUID, register: FiscalRegister) -> str:
        with self.transactions() as session:
            kkt = session.get_one(KktReceipt, receipt_id)
            kkt.tries += 1
            order, key = kkt_orders.order_of(session, kkt), kkt.provider_key
        checkpoints.reached("kkt_receipts.sending")
        try:
            truth = register.register(order, key=str(key))
        except OutcomeUnknown:
            return self._note_lost(receipt_id, register)
        except ProviderRefused as refusal:
            with self.transactions() as session:
                return kkt_outcomes.refused(session, receipt_id, refusal.code, now=self.now)
        checkpoints.reached("kkt_receipts.called")
        return self._record(receipt_id, truth)

    def _find_out(
        self, receipt_id: UUID, look: _Look, register: FiscalRegister, lookup: ReceiptLookup
    ) -> str:
        try:
            truth = _ask(look, lookup)
        except OutcomeUnknown:
            return self._note_unknown(receipt_id)
        if truth is not None:
            return self._record(receipt_id, truth)
        if look.kkt.carried or look.kkt.provider_receipt_id is not None:
            return self._wait(receipt_id, "not_registered")
        life = register.capabilities.key_life
        if life is not None and self.now - (look.kkt.sent_at or self.now) < life:
            return self._send(receipt_id, register)
        return self._begin_anew(receipt_id)

    def _begin_anew(self, receipt_id: UUID) -> str:
        """It is nowhere, and its key would make a second one: another key makes the first."""
        with self.transactions() as session:
            found = Locked(session, receipt_id)
            if found.receipt.status is ReceiptStatus.SENDING:
                kkt_outcomes.ask_anew(session, found, now=self.now)
            return found.receipt.status

    def _wait(self, receipt_id: UUID, reason: str) -> str:
        with self.transactions() as session:
            return kkt_outcomes.look_again(session, Locked(session, receipt_id), reason, now=self.now)

    def _record(self, receipt_id: UUID, truth: RegisteredReceipt) -> str:
        with self.transactions() as session:
            return kkt_outcomes.record(session, receipt_id, truth, now=self.now)

    def _note_lost(self, receipt_id: UUID, register: FiscalRegister) -> str:
        if register.lookup is not None:
            return self._note_unknown(receipt_id)
        with self.transactions() as session:
            return kkt_outcomes.leave_to_a_person(session, receipt_id, now=self.now)

    def _note_unknown(self, receipt_id: UUID) -> str:
        with self.transactions() as session:
            return kkt_outcomes.note_unknown(session, receipt_id, now=self.now)


def _look_at(session: Session, receipt_id: UUID) -> _Look:
    kkt = session.get_one(KktReceipt, receipt_id)
    return _Look(
        status=session.get_one(Receipt, receipt_id).status,
        kkt=kkt,
        order=kkt_orders.order_of(session, kkt),
        refund_id=kkt_orders.provider_refund_id(session, kkt),
        others=kkt_orders.of_others(session, kkt),
    )


def _ask(look: _Look, register: ReceiptLookup) -> RegisteredReceipt | None:
    if look.kkt.provider_receipt_id is not None:
        return register.get(look.kkt.provider_receipt_id)
    if not look.kkt.carried:
        made = register.find(look.order, others=look.others)
        # One that the register refused made nothing, and may be of an attempt before.
        return None if made is None or made.state is Registration.CANCELED else made
    if look.kkt.kkt_kind is KktKind.RETURN and look.refund_id is not None:
        return register.with_refund(look.order.provider_payment_id, look.refund_id)
    return register.with_payment(look.order.provider_payment_id)


def _is_of_a_part(session: Session, found: Locked) -> bool:
    payment = session.get_one(Payment, found.kkt.payment_id)
    return found.kkt.kkt_kind is KktKind.OFFSET and found.receipt.amount_kopecks != payment.amount_kopecks


def _another_on_its_way(session: Session, kkt: KktReceipt) -> bool:
    on_its_way = (
        select(KktReceipt.receipt_id)
        .join(Receipt, Receipt.id == KktReceipt.receipt_id)
        .where(
            KktReceipt.payment_id == kkt.payment_id,
            KktReceipt.receipt_id != kkt.receipt_id,
            KktReceipt.carried.is_(False),
            KktReceipt.provider_receipt_id.is_(None),
            KktReceipt.accepted_at.is_(None),
            Receipt.status == ReceiptStatus.SENDING,
        )
    )
    return bool(session.scalar(select(exists(on_its_way))))


def _follows_a_registered(session: Session, kkt: KktReceipt) -> bool:
    """An offset or a return goes after what was taken; its row is locked, so that its followers come one by one."""
    if kkt.follows_id is None:
        return True
    session.get_one(KktReceipt, kkt.follows_id, with_for_update=True)
    return session.get_one(Receipt, kkt.follows_id).status is ReceiptStatus.REGISTERED
