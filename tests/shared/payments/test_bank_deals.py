from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.models import BankDeal, IntentStatus, Payment
from tests.shared.payments.fakes import DEALS, FakeCollector
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import (
    ask_for_link,
    balance,
    hear,
    intent_of,
    only_payment,
    pay_step,
    task_reasons,
)
from tests.shared.payments.taking_back import poll
from tests.shared.payments.world import a_cast, assert_books_balance, count_of

STEPS = [Money(100_000_00), Money(200_000_00)]


class TestBankDeals:
    def test_one_is_opened_before_the_first_link_and_later_ones_join_it(self, database: object) -> None:
        bank, cast = FakeCollector(capabilities=DEALS), a_cast(steps=STEPS)
        other = a_cast()

        for step_no in (1, 2):
            ask_for_link(bank, cast, step_no)
        ask_for_link(bank, other)

        assert [order.bank_deal for order in bank.orders] == ["bank-deal-1", "bank-deal-1", "bank-deal-2"]
        assert count_of(BankDeal, BankDeal.deal_id == cast.deal_id) == 1

    def test_two_links_at_once_join_the_same(self, database: object) -> None:
        bank, cast = FakeCollector(capabilities=DEALS), a_cast(steps=STEPS)
        numbers = iter((1, 2))

        at_once(lambda: ask_for_link(bank, cast, next(numbers), transactions=OwnConnections()), times=2)

        assert len({order.bank_deal for order in bank.orders}) == 1

    def test_without_one_there_is_no_link_until_the_poller_gets_both(self, database: object) -> None:
        bank, cast = FakeCollector(capabilities=DEALS), a_cast(steps=STEPS)
        bank.silent = True
        intent = ask_for_link(bank, cast)
        assert (intent.status, bank.creates) == (IntentStatus.CREATED, 0)
        bank.silent = False

        assert poll(bank) == {"create_pending": 1}

        assert intent_of(intent.id).bank_deal == bank.orders[0].bank_deal == "bank-deal-1"

    def test_money_lies_where_it_was_asked_to_though_the_bank_does_not_say(self, database: object) -> None:
        bank, cast = FakeCollector(capabilities=DEALS), a_cast(steps=STEPS)

        pay_step(bank, cast)

        assert only_payment().bank_deal == "bank-deal-1"
        assert balance(accounts.provider_deal(bank.name, "bank-deal-1")) == STEPS[0]
        assert_books_balance()

    def test_money_lies_where_the_bank_says(self, database: object) -> None:
        bank, cast = FakeCollector(capabilities=DEALS), a_cast(steps=STEPS)
        provider_id = ask_for_link(bank, cast).provider_payment_id or ""
        bank.pay(provider_id, bank_deal="elsewhere")

        hear(bank, provider_id)

        assert count_of(BankDeal, BankDeal.bank_deal_id == "elsewhere") == 1
        assert balance(accounts.provider_deal(bank.name, "elsewhere")) == STEPS[0]

    def test_what_fits_nothing_lies_there_too(self, database: object) -> None:
        bank = FakeCollector(capabilities=DEALS)
        stray = bank.foreign(Money(5_00))
        bank.pay(stray.provider_id, bank_deal="bank-deal-7")

        hear(bank, stray.provider_id)

        assert task_reasons() == ["unknown_intent"]
        assert balance(accounts.provider_deal(bank.name, "bank-deal-7")) == Money(5_00)
        assert_books_balance()

    def test_a_terminal_without_them_clears_to_the_bank_account(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=STEPS)

        pay_step(bank, cast)

        assert count_of(Payment, Payment.bank_deal.is_(None)) == 1
        assert (count_of(BankDeal), bank.deals) == (0, 0)
        assert bank.orders[0].bank_deal is None
