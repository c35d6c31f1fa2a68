"""A provider whose registry tests write, and a day that is over."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select

from shared.audit.service import SYSTEM, Actor
from shared.db.session import Transactions
from shared.kernel.clock import moscow_date, utc_now
from shared.kernel.money import Money
from shared.ports.payments import OutcomeUnknown, PaymentState
from shared.ports.registry import RegistryKind, RegistryLine
from shared.receipts import income
from shared.reconciliation import running
from shared.reconciliation.models import Difference, DifferenceKind, DifferenceState, ReconciliationRun
from shared.reconciliation.running import Sides
from tests.shared.payments.fakes import FakeCollector

#: after the day of the tests' payments is over in Moscow
TOMORROW = timedelta(days=1)
#: what a step of the tests' deals brings
GROSS = Money(300_000_00)
CHARGE = Money(2_100_00)
NET = GROSS - CHARGE


@dataclass
class FakeRegistry:
    """What the collector captured, or what a test says instead."""

    bank: FakeCollector
    name: str = "yookassa"
    silent: bool = False
    dropped: set[str] = field(default_factory=set)
    changed: dict[str, dict[str, object]] = field(default_factory=dict)
    added: list[RegistryLine] = field(default_factory=list)

    def lines(self, day: date) -> list[RegistryLine]:
        if self.silent:
            raise OutcomeUnknown("silence")
        captured = [
            RegistryLine(
                operation_id=payment.provider_id,
                kind=RegistryKind.PAYMENT,
                payment_id=payment.provider_id,
                order_id=payment.intent_id,
                amount=payment.amount,
                charge=payment.amount - (payment.income or payment.amount),
                occurred_at=payment.captured_at,
            )._replace(**self.changed.get(payment.provider_id, {}))  # type: ignore[arg-type]
            for payment in self.bank.payments.values()
            if payment.state is PaymentState.SUCCEEDED
            and payment.captured_at is not None
            and payment.provider_id not in self.dropped
        ]
        return [line for line in [*captured, *self.added] if moscow_date(line.occurred_at) == day]


def compare(
    bank: FakeCollector,
    registry: FakeRegistry | None = None,
    *,
    day: date | None = None,
    now: datetime | None = None,
    actor: Actor = SYSTEM,
) -> ReconciliationRun:
    moment = now or utc_now() + TOMORROW
    sides = Sides(
        registries={"yookassa": registry or FakeRegistry(bank)},
        providers={"yookassa": bank}.__getitem__,
        on_paid=income.of_payment,
    )
    return running.run_day(
        Transactions(), day=day or moscow_date(utc_now()), sides=sides, actor=actor, now=moment
    )


def standing(*, of: DifferenceKind | None = None) -> list[Difference]:
    with Transactions()() as session:
        found = session.scalars(
            select(Difference).where(Difference.state != DifferenceState.CLOSED).order_by(Difference.kind)
        )
        return [each for each in found if of is None or each.kind is of]


def sums(difference: Difference) -> tuple[Money | None, Money | None]:
    return difference.expected_kopecks, difference.actual_kopecks


def provider_id_of(bank: FakeCollector) -> str:
    return next(iter(bank.payments))
