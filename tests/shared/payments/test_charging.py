"""A provider's charge is the platform's cost wherever the money lies, and no client's account remembers it."""

import pytest

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, balances
from shared.ledger.accounts import Account, AccountKind
from shared.ledger.balances import Cover
from shared.payments import charging
from tests.shared.payments.fakes import DEALS, FakeCollector
from tests.shared.payments.steps import ask_for_link, balance, hear, only_payment, pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance
from tests.shared.refunds.asking import WHOLE, ask, assert_nothing_is_left_of_clients_money, run
from tests.shared.refunds.fakes import FakeRefunder

CHARGE = Money(2_100_00)
#: where clients' money can be
_HOLDINGS = {
    AccountKind.PROVIDER_CLEARING,
    AccountKind.PROVIDER_DEAL,
    AccountKind.PAYOUT_FLOAT,
    AccountKind.CLIENT_BANK,
}


def learn(charge: Money = CHARGE) -> None:
    with Transactions()() as session:
        charging.learn_charge(session, payment_id=only_payment().id, charge=charge, now=utc_now())


def cover() -> Cover:
    with Transactions()() as session:
        return balances.cover(session)


def held_anywhere() -> dict[AccountKind, Money]:
    """Balances of all accounts that hold clients' money, where there is one."""
    with Transactions()() as session:
        kinds = balances.by_kind(session)
    return {
        kind.kind: kind.balance for kind in kinds if kind.kind in _HOLDINGS and kind.balance != Money.zero()
    }


def paid_silently(bank: FakeCollector, cast: Cast) -> None:
    """The bank doesn't say what it keeps."""
    intent = ask_for_link(bank, cast)
    provider_id = intent.provider_payment_id or ""
    bank.payments[provider_id] = bank.pay(provider_id)._replace(income=None)
    hear(bank, provider_id)


def give_back_the_whole(cast: Cast) -> None:
    refund = ask(cast)
    assert run(FakeRefunder()) == {"succeeded": 1}
    assert balance(accounts.refund_in_transit(refund.id)) == Money.zero()


class TestInClearing:
    def test_it_is_kept_from_what_is_settled_and_made_up_for(self, database: object) -> None:
        bank, cast = FakeCollector(), a_cast(hold_days=3)

        pay_step(bank, cast)

        assert only_payment().charge_kopecks == CHARGE
        assert balance(accounts.provider_clearing(bank.name)) == WHOLE - CHARGE
        assert balance(accounts.client_bank()) == CHARGE
        assert balance(accounts.platform_cash()) == Money.zero() - CHARGE
        assert cover() == (WHOLE, WHOLE)

    def test_nothing_of_it_is_left_with_clients_money_at_the_end(self, database: object) -> None:
        cast = a_cast(hold_days=3)
        pay_step(FakeCollector(), cast)

        give_back_the_whole(cast)

        assert held_anywhere() == {}
        assert_nothing_is_left_of_clients_money()
        assert_books_balance()

    def test_learned_later_it_is_the_same(self, database: object) -> None:
        bank, cast = FakeCollector(), a_cast(hold_days=3)
        paid_silently(bank, cast)
        assert balance(accounts.provider_clearing(bank.name)) == WHOLE

        learn()
        learn(Money(1))

        assert balance(accounts.provider_clearing(bank.name)) == WHOLE - CHARGE
        assert balance(accounts.client_bank()) == CHARGE
        assert balance(accounts.acquiring_fee()) == CHARGE


class TestInABankDeal:
    @pytest.fixture
    def deal(self, database: object) -> Account:
        bank, self.cast = FakeCollector(capabilities=DEALS), a_cast(hold_days=3)
        paid_silently(bank, self.cast)
        return accounts.provider_deal(bank.name, "bank-deal-1")

    def test_the_deal_keeps_its_whole_sum(self, deal: Account) -> None:
        learn()

        assert held_anywhere() == {AccountKind.PROVIDER_DEAL: WHOLE}
        assert balance(deal) == WHOLE
        assert balance(accounts.acquiring_fee()) == CHARGE
        assert balance(accounts.platform_cash()) == Money.zero() - CHARGE
        assert cover() == (WHOLE, WHOLE)

    def test_it_is_paid_once(self, deal: Account) -> None:
        learn()
        learn()

        assert balance(accounts.acquiring_fee()) == CHARGE

    def test_nothing_of_it_is_left_with_clients_money_at_the_end(self, deal: Account) -> None:
        learn()

        give_back_the_whole(self.cast)

        assert held_anywhere() == {}
        assert balance(deal) == Money.zero()
        assert_nothing_is_left_of_clients_money()
        assert_books_balance()
