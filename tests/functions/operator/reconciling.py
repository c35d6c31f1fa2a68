"""A day with one difference, as the operator desk's tests read it."""

from datetime import timedelta

from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.reconciliation.models import ReconciliationRun
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast
from tests.shared.reconciliation.comparing import TOMORROW, FakeRegistry, compare


def a_run_with_a_difference(*, after_days: int = 0) -> ReconciliationRun:
    """One kopeck is wrong, and was first seen so many days before the run.

    The day has no statement either, where it is no weekend: tests look at what they look for.
    """
    bank = FakeCollector()
    pay_step(bank, a_cast())
    registry = FakeRegistry(bank)
    registry.changed[next(iter(bank.payments))] = {"amount": Money(300_000_01)}
    first = compare(bank, registry)
    if not after_days:
        return first
    return compare(bank, registry, now=utc_now() + TOMORROW + timedelta(days=after_days))
