"""A cash register that lives in a test's memory and misbehaves on command; and what tests do with its receipts."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from shared.db.session import Transactions
from shared.deals.models import PaymentStep
from shared.kernel.clock import utc_now
from shared.kernel.money import Money, total
from shared.payouts import release_posting
from shared.payouts.release_posting import Decided
from shared.ports.fiscal import (
    ReceiptLookup,
    ReceiptOrder,
    RegisterCapabilities,
    RegisteredReceipt,
    Registration,
)
from shared.receipts.kkt_models import KktKind, KktReceipt
from shared.receipts.kkt_registering import Registrar
from shared.receipts.models import Receipt, ReceiptStatus
from tests.shared.payments.world import Cast, step_of

DAY = timedelta(days=1)


WITH_KEYS = RegisterCapabilities(key_life=timedelta(hours=23), offsets_parts=True)


@dataclass
class FakeRegister:
    """Receipts by key; ``state`` is what new ones get; a fault is raised before or after one is made."""

    name: str = "yookassa"
    capabilities: RegisterCapabilities = WITH_KEYS
    #: whether it can be asked what it has made; otherwise it gives no ids either
    can_be_asked: bool = True
    state: Registration = Registration.SUCCEEDED
    #: by the provider's id of the payment or refund that brought it
    carried: dict[str, RegisteredReceipt] = field(default_factory=dict)
    made: dict[str, RegisteredReceipt] = field(default_factory=dict)
    orders: list[ReceiptOrder] = field(default_factory=list)
    before: Exception | None = None
    after: Exception | None = None
    silent: Exception | None = None

    @property
    def lookup(self) -> ReceiptLookup | None:
        return self if self.can_be_asked else None

    def with_payment(self, provider_payment_id: str) -> RegisteredReceipt | None:
        self._answer()
        return self.carried.get(provider_payment_id)

    def with_refund(self, provider_payment_id: str, provider_refund_id: str) -> RegisteredReceipt | None:
        self._answer()
        return self.carried.get(provider_refund_id)

    def register(self, order: ReceiptOrder, *, key: str) -> RegisteredReceipt:
        self._raise("before")
        if key not in self.made:
            self.orders.append(order)
            self.made[key] = a_registration(total([each.amount for each in order.receipt.lines]), self.state)
        self._raise("after")
        made = self.made[key]
        return made if self.can_be_asked else made._replace(provider_id=None, state=Registration.PENDING)

    def get(self, provider_id: str) -> RegisteredReceipt | None:
        self._answer()
        known = [*self.carried.values(), *self.made.values()]
        return next((one for one in known if one.provider_id == provider_id), None)

    def find(self, order: ReceiptOrder, *, others: frozenset[str]) -> RegisteredReceipt | None:
        self._answer()
        amount = total([each.amount for each in order.receipt.lines])
        alike = [one for one in self.made.values() if one.amount == amount and one.provider_id not in others]
        return alike[0] if alike else None

    def bring(self, subject_id: str, amount: Money, state: Registration | None = None) -> None:
        """A payment or refund brought its receipt."""
        self.carried[subject_id] = a_registration(amount, state or self.state)

    def end(self, provider_id: str, state: Registration) -> None:
        for known in (self.carried, self.made):
            for key, one in known.items():
                if one.provider_id == provider_id:
                    known[key] = a_registration(one.amount, state)._replace(provider_id=provider_id)

    def _answer(self) -> None:
        if self.silent is not None:
            raise self.silent

    def _raise(self, moment: str) -> None:
        fault: Exception | None = getattr(self, moment)
        if fault is not None:
            setattr(self, moment, None)
            raise fault


def a_registration(amount: Money, state: Registration) -> RegisteredReceipt:
    is_done = state is Registration.SUCCEEDED
    return RegisteredReceipt(
        f"rt_{uuid4()}",
        state,
        state.value,
        amount,
        "1001" if is_done else None,
        "9288000100115785" if is_done else None,
        "3504493341" if is_done else None,
        utc_now() if is_done else None,
    )


def run(register: FakeRegister, *, later: timedelta = timedelta(minutes=1)) -> dict[str, int]:
    """The schedule's job; what it has taken is its for two minutes."""
    return Registrar(Transactions(), lambda _name: register, utc_now() + later).run()


def release_some(cast: Cast, amount: Money) -> None:
    with Transactions()() as session:
        step = session.get_one(PaymentStep, step_of(cast.deal_id).id, with_for_update=True)
        held = release_posting.held_of(session, step)
        release_posting.release(session, step, held, amount, decided=Decided(), now=utc_now())


def receipts_of(deal_id: UUID, kind: KktKind | None = None) -> list[tuple[Receipt, KktReceipt]]:
    """A deal's, oldest first."""
    found = (
        select(Receipt, KktReceipt)
        .join(KktReceipt, KktReceipt.receipt_id == Receipt.id)
        .where(Receipt.deal_id == deal_id)
        .order_by(Receipt.id)
    )
    with Transactions()() as session:
        rows = [(receipt, kkt) for receipt, kkt in session.execute(found).all()]
    return [row for row in rows if kind is None or row[1].kkt_kind is kind]


def statuses(deal_id: UUID) -> list[tuple[KktKind, ReceiptStatus, Money]]:
    return [(kkt.kkt_kind, receipt.status, receipt.amount_kopecks) for receipt, kkt in receipts_of(deal_id)]
