from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.models import BankDeal, Payment
from tests.shared.payments.fakes import DEALS, FakeCollector
from tests.shared.payments.steps import ask_for_link, balance, hear, only_payment, pay_step, task_reasons
from tests.shared.payments.world import a_cast, assert_books_balance, count_of

STEPS = [Money(100_000_00), Money(200_000_00)]


class TestBankDeals:
    def test_the_first_link_opens_one_and_later_ones_join_it(self, database: object) -> None:
        bank, cast = FakeCollector(capabilities=DEALS), a_cast(steps=STEPS)
        other = a_cast()

        for step_no in (1, 2):
            ask_for_link(bank, cast, step_no)
        ask_for_link(bank, other)

        assert [order.bank_deal for order in bank.orders] == [None, "bank-deal-1", None]
        assert count_of(BankDeal, BankDeal.deal_id == cast.deal_id) == 1
        assert count_of(BankDeal) == 2

    def test_money_lies_where_the_bank_says(self, database: object) -> None:
        bank, cast = FakeCollector(capabilities=DEALS), a_cast(steps=STEPS)

        pay_step(bank, cast)

        assert only_payment().bank_deal == "bank-deal-1"
        assert balance(accounts.provider_deal(bank.name, "bank-deal-1")) == STEPS[0]
        assert_books_balance()

    def test_one_that_only_the_payment_names_is_remembered(self, database: object) -> None:
        bank, cast = FakeCollector(capabilities=DEALS), a_cast(steps=STEPS)
        intent = ask_for_link(bank, cast)
        provider_id = intent.provider_payment_id or ""
        bank.pay(provider_id, bank_deal="named-later")

        hear(bank, provider_id)
        ask_for_link(bank, cast, 2)

        assert count_of(BankDeal, BankDeal.bank_deal_id == "named-later") == 1
        assert balance(accounts.provider_deal(bank.name, "named-later")) == STEPS[0]

    def test_what_fits_nothing_lies_there_too(self, database: object) -> None:
        bank = FakeCollector(capabilities=DEALS)
        stray = bank.foreign(Money(5_00))
        bank.pay(stray.provider_id)

        hear(bank, stray.provider_id)

        assert task_reasons() == ["unknown_intent"]
        assert balance(accounts.provider_deal(bank.name, "bank-deal-1")) == Money(5_00)
        assert_books_balance()

    def test_a_terminal_without_them_clears_to_the_bank_account(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=STEPS)

        pay_step(bank, cast)

        assert count_of(Payment, Payment.bank_deal.is_(None)) == 1
        assert count_of(BankDeal) == 0
        assert bank.orders[0].bank_deal is None
