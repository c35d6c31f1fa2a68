from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.db.session import Transactions
from shared.kernel.clock import moscow_date, moscow_midnight, utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.ports.registry import RegistryKind, RegistryLine
from shared.reconciliation.models import DifferenceKind, RunTotal
from shared.refunds.models import Refund, RefundStatus
from tests.shared.payments.fakes import DEALS, FakeCollector
from tests.shared.payments.steps import ask_for_link, hear, pay_step
from tests.shared.payments.world import a_cast, assert_books_balance, count_of
from tests.shared.reconciliation.comparing import (
    CHARGE,
    GROSS,
    NET,
    FakeRegistry,
    compare,
    provider_id_of,
    standing,
    sums,
)
from tests.shared.reconciliation.desk import balance
from tests.shared.refunds.asking import ask, run
from tests.shared.refunds.fakes import FakeRefunder


@pytest.mark.usefixtures("statement")
class TestARegistry:
    def test_that_was_never_read_is_a_difference(self, bank: FakeCollector) -> None:
        registry = FakeRegistry(bank, silent=True)
        compare(bank, registry)
        (found,) = standing()

        registry.silent = False
        compare(bank, registry)

        assert (found.kind, found.terminal) == (DifferenceKind.REGISTRY_MISSING, "yookassa")
        assert standing() == []

    def test_that_is_silent_now_is_compared_as_it_was_read(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        compare(bank, registry)
        registry.silent = True

        assert compare(bank, registry).standing == 0

    def test_tells_the_charge_that_the_payment_didnt(self, bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(bank, cast)
        assert intent.provider_payment_id is not None
        bank.pay(intent.provider_payment_id)
        paid = bank.payments[intent.provider_payment_id]
        bank.payments[intent.provider_payment_id] = paid._replace(income=None)
        compare(bank)
        bank.payments[intent.provider_payment_id] = paid

        run = compare(bank)

        assert run.standing == 0
        assert balance(accounts.provider_clearing("yookassa")) == NET
        assert balance(accounts.acquiring_fee()) == CHARGE
        assert_books_balance()

    def test_tells_the_charge_of_a_payment_in_a_bank_deal(self, bank: FakeCollector) -> None:
        bank.capabilities = DEALS
        intent = ask_for_link(bank, a_cast())
        provider_id = intent.provider_payment_id or ""
        paid = bank.pay(provider_id)
        bank.payments[provider_id] = paid._replace(income=None)
        hear(bank, provider_id)
        bank.payments[provider_id] = paid
        registry = FakeRegistry(bank, changed={provider_id: {"bank_deal": "bank-deal-1"}})

        run = compare(bank, registry)

        assert run.standing == 0
        assert balance(accounts.acquiring_fee()) == CHARGE
        assert balance(accounts.provider_deal("yookassa", "bank-deal-1")) == GROSS
        with Transactions()() as session:
            (totals,) = session.scalars(select(RunTotal))
        assert totals.ledger_net_kopecks == totals.registry_net_kopecks == Money.zero()
        assert_books_balance()

    def test_of_the_next_day_has_what_was_paid_at_midnight(self, bank: FakeCollector) -> None:
        """The provider's clock is a little ahead of what it told us."""
        pay_step(bank, a_cast())
        today = moscow_date(utc_now())
        midnight = moscow_midnight(today + timedelta(days=1))
        registry = FakeRegistry(bank)
        registry.changed[provider_id_of(bank)] = {"occurred_at": midnight}
        compare(bank, registry, day=today + timedelta(days=1), now=utc_now() + timedelta(days=2))

        compare(bank, registry, now=utc_now() + timedelta(days=2))

        assert standing(of=DifferenceKind.PAYMENT_NOT_IN_REGISTRY) == []

    def test_posts_what_the_provider_takes_for_itself_once(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = FakeRegistry(bank)
        registry.added.append(
            RegistryLine("fee-11", RegistryKind.CHARGE, None, None, Money.zero(), Money(99_00), utc_now())
        )

        runs = [compare(bank, registry) for _ in range(2)]

        assert [run.standing for run in runs] == [0, 0]
        assert balance(accounts.acquiring_fee()) == CHARGE + Money(99_00)
        assert_books_balance()


@pytest.mark.usefixtures("statement")
class TestARefund:
    def test_that_both_sides_know_agrees(self, bank: FakeCollector) -> None:
        refunds = refunded(bank)

        assert compare(bank, with_refunds(bank, refunds)).standing == 0

    def test_that_the_registry_lacks_is_found(self, bank: FakeCollector) -> None:
        refunds = refunded(bank)

        compare(bank)

        (found,) = standing()
        assert (found.kind, found.subject) == (
            DifferenceKind.REFUND_NOT_IN_REGISTRY,
            next(iter(refunds.refunds)),
        )
        assert sums(found) == (Money.zero(), Money(100_000_00))

    def test_of_another_sum_is_found(self, bank: FakeCollector) -> None:
        registry = with_refunds(bank, refunded(bank))
        registry.added = [line._replace(amount=line.amount - Money(1)) for line in registry.added]

        compare(bank, registry)

        (found,) = standing()
        assert found.kind is DifferenceKind.REFUND_AMOUNT
        assert sums(found) == (Money(99_999_99), Money(100_000_00))


def refunded(bank: FakeCollector) -> FakeRefunder:
    """A third of a step went back before its release."""
    cast = a_cast()
    pay_step(bank, cast)
    refunder = FakeRefunder()
    ask(cast, Money(100_000_00))
    run(refunder)
    assert count_of(Refund, Refund.status == RefundStatus.SUCCEEDED) == 1
    return refunder


def with_refunds(bank: FakeCollector, refunder: FakeRefunder) -> FakeRegistry:
    lines = [
        RegistryLine(
            refund.provider_id,
            RegistryKind.REFUND,
            refund.provider_payment_id,
            None,
            refund.amount,
            Money.zero(),
            utc_now(),
        )
        for refund in refunder.refunds.values()
    ]
    return FakeRegistry(bank, added=lines)
