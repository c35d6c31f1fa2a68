from datetime import timedelta

import pytest

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payments import pay_links, paying
from shared.payments.errors import IntentNotFound, IntentNotPayable
from shared.payments.models import IntentStatus, PaymentIntent
from shared.payments.paying import NEXT, PayPage, PayState
from shared.ports.payments import OutcomeUnknown
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, hear, intent_of, pay_step
from tests.shared.payments.world import a_cast


def token_of(intent: PaymentIntent) -> str:
    return pay_links.address_of(intent).rpartition("/")[2]


def page_of(intent: PaymentIntent, later: timedelta = timedelta()) -> PayPage:
    with Transactions()() as session:
        return paying.page_of(session, token_of(intent), now=utc_now() + later)


def change(intent: PaymentIntent, **columns: object) -> PaymentIntent:
    with Transactions()() as session:
        row = session.get_one(PaymentIntent, intent.id)
        for name, value in columns.items():
            setattr(row, name, value)
    return intent_of(intent.id)


class TestLink:
    def test_is_the_same_for_the_same_intent_and_another_for_another(self, bank: FakeCollector) -> None:
        one, other = ask_for_link(bank, a_cast()), ask_for_link(bank, a_cast())

        assert pay_links.address_of(one) == pay_links.address_of(intent_of(one.id))
        assert token_of(one) != token_of(other)
        assert len(token_of(one)) == 43

    def test_is_not_in_the_database(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast())

        assert token_of(intent).encode() not in (intent.pay_token_hash or b"")
        assert len(intent.pay_token_hash or b"") == 32

    @pytest.mark.parametrize("token", ["", "x" * 43, "Ы", "x" * 5_000])
    def test_must_be_known(self, bank: FakeCollector, token: str) -> None:
        ask_for_link(bank, a_cast())

        with Transactions()() as session, pytest.raises(IntentNotFound):
            paying.page_of(session, token, now=utc_now())


class TestPage:
    def test_shows_the_sum_the_code_and_the_time_left(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast())

        page = page_of(intent, timedelta(minutes=10))

        assert (page.state, page.amount) == (PayState.WAITING, Money(300_000_00))
        assert page.url == page.code == "https://pay.example.test/checkout"
        assert page.seconds_left is not None
        assert 2_980 <= page.seconds_left <= 3_000

    def test_shows_the_providers_own_code_where_there_is_one(self, bank: FakeCollector) -> None:
        intent = change(ask_for_link(bank, a_cast()), qr_payload="https://qr.nspk.ru/AS1")

        assert page_of(intent).code == "https://qr.nspk.ru/AS1"

    def test_says_that_it_is_paid_and_shows_no_code(self, bank: FakeCollector) -> None:
        page = page_of(pay_step(bank, a_cast()))

        assert page.state is PayState.PAID
        assert (page.url, page.code, page.seconds_left) == (None, None, None)

    def test_is_not_payable_before_the_bank_has_answered(self, bank: FakeCollector) -> None:
        bank.after = OutcomeUnknown("timeout")

        assert page_of(ask_for_link(bank, a_cast())).state is PayState.PREPARING

    def test_is_not_payable_after_its_time(self, bank: FakeCollector) -> None:
        page = page_of(ask_for_link(bank, a_cast()), timedelta(hours=2))

        assert (page.state, page.code) == (PayState.CHECKING, None)

    def test_is_not_payable_once_its_end_was_asked_for(self, bank: FakeCollector) -> None:
        intent = change(ask_for_link(bank, a_cast()), cancel_asked_at=utc_now())

        assert (page_of(intent).state, page_of(intent).code) == (PayState.CANCELLED, None)

    def test_tells_how_it_ended(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast())
        bank.cancel(intent.provider_payment_id or "")
        hear(bank, intent.provider_payment_id or "", "payment.canceled")

        assert page_of(intent).state is PayState.EXPIRED

    def test_has_a_sentence_for_every_state(self) -> None:
        assert set(NEXT) == set(PayState)


class TestCode:
    def test_is_only_of_a_link_that_can_be_paid(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast())

        assert paying.code_of(intent, utc_now()) == intent.url
        for ended in (
            intent_of(intent.id),
            change(intent, status=IntentStatus.CANCELLED),
        ):
            with pytest.raises(IntentNotPayable):
                paying.code_of(ended, utc_now() + timedelta(hours=2))
