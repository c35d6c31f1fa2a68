from datetime import timedelta

import pytest

from shared.kernel.clock import moscow_date, utc_now
from shared.kernel.money import Money
from shared.ports.registry import RegistryKind, RegistryLine
from shared.reconciliation.models import (
    Difference,
    DifferenceKind,
    Finding,
)
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast, count_of
from tests.shared.reconciliation.comparing import (
    CHARGE,
    GROSS,
    FakeRegistry,
    compare,
    provider_id_of,
    standing,
    sums,
)


@pytest.mark.usefixtures("statement")
class TestADifference:
    def test_of_one_kopeck_is_found(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        registry.changed[provider_id_of(bank)] = {"amount": GROSS + Money(1)}

        compare(bank, registry)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.PAYMENT_AMOUNT, (GROSS + Money(1), GROSS))
        assert count_of(OperatorTask, OperatorTask.entity_id == found.id) == 1

    def test_in_the_charge_is_found(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        registry.changed[provider_id_of(bank)] = {"charge": CHARGE - Money(1)}

        compare(bank, registry)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.PAYMENT_CHARGE, (CHARGE - Money(1), CHARGE))

    def test_is_found_where_the_registry_lacks_a_payment(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        registry.dropped.add(provider_id_of(bank))

        compare(bank, registry)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.PAYMENT_NOT_IN_REGISTRY, (Money.zero(), GROSS))

    def test_is_found_where_the_ledger_lacks_a_refund(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        registry.added.append(
            RegistryLine(
                "rf-1", RegistryKind.REFUND, provider_id_of(bank), None, Money(5_00), Money.zero(), utc_now()
            )
        )

        compare(bank, registry)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.REFUND_NOT_IN_LEDGER, (Money(5_00), Money.zero()))

    def test_is_opened_once_ages_and_closes_by_itself(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        registry.dropped.add(provider_id_of(bank))
        first = compare(bank, registry)
        later = utc_now() + timedelta(days=2)
        compare(bank, registry, now=later)
        (found,) = standing()

        registry.dropped.clear()
        last = compare(bank, registry, now=later + timedelta(hours=1))

        assert (found.first_seen_at, found.last_seen_at) == (first.started_at, later)
        assert (last.closed, standing(), count_of(Difference)) == (1, [], 1)
        assert count_of(Finding) == 2
        assert count_of(OperatorTask, OperatorTask.status == TaskStatus.OPEN) == 0

    def test_that_comes_again_is_another(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        for dropped in (True, False, True):
            registry.dropped = {provider_id_of(bank)} if dropped else set()
            compare(bank, registry)

        assert count_of(Difference) == 2
        assert len(standing()) == 1

    def test_of_another_day_is_left_alone(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        registry.dropped.add(provider_id_of(bank))
        compare(bank, registry)

        compare(bank, registry, day=moscow_date(utc_now()) - timedelta(days=1))

        assert [each.kind for each in standing()] == [DifferenceKind.PAYMENT_NOT_IN_REGISTRY]

    def test_below_the_threshold_asks_nobody(
        self, bank: FakeCollector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RECONCILIATION_TASK_ABOVE_KOPECKS", "1")
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        registry.changed[provider_id_of(bank)] = {"amount": GROSS + Money(1)}

        compare(bank, registry)

        assert (len(standing()), count_of(OperatorTask)) == (1, 0)
