from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from shared.db.session import Transactions
from shared.deals.models import DealStatus
from shared.kernel.clock import utc_now
from shared.payments import polling
from shared.payments.models import IntentStatus, Payment, PaymentIntent
from shared.payments.polling import GIVE_UP_AFTER, LONGEST_PERIOD, PERIOD
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.tasks.models import OperatorTask
from tests.shared.payments.fakes import DEALS, FakeCollector
from tests.shared.payments.steps import ask_for_link, hear, intent_of, nothing_more
from tests.shared.payments.world import a_cast, count_of, deal_status


def poll(bank: FakeCollector, *, later: timedelta = timedelta(minutes=5)) -> dict[str, int]:
    return polling.poll_intents(Transactions(), provider=bank, on_paid=nothing_more, now=utc_now() + later)


def poll_at(bank: FakeCollector, now: datetime) -> dict[str, int]:
    return polling.poll_intents(Transactions(), provider=bank, on_paid=nothing_more, now=now)


def period_after(bank: FakeCollector, intent: PaymentIntent, now: datetime) -> timedelta:
    """How long a poll at that time lets the link be."""
    with Transactions()() as session:
        session.execute(update(PaymentIntent).values(next_poll_at=now))
    assert poll_at(bank, now) == {"still_open": 1}
    next_poll = intent_of(intent.id).next_poll_at
    assert next_poll is not None
    return next_poll - now


def live_long(bank: FakeCollector, intent: PaymentIntent) -> None:
    """As links of other terminals do."""
    provider_id = intent.provider_payment_id or ""
    until = intent.created_at + timedelta(hours=24)
    bank.payments[provider_id] = bank.payments[provider_id]._replace(expires_at=until)
    with Transactions()() as session:
        session.get_one(PaymentIntent, intent.id).expires_at = until


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def made_long_ago() -> None:
    with Transactions()() as session:
        session.execute(update(PaymentIntent).values(created_at=utc_now() - timedelta(hours=24)))


class TestPolling:
    def test_finds_a_payment_whose_message_was_lost(self, bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(bank, cast)
        bank.pay(intent.provider_payment_id or "")

        assert poll(bank) == {"recorded": 1}
        assert deal_status(cast.deal_id) is DealStatus.IN_PROGRESS
        hear(bank, intent.provider_payment_id or "")
        assert count_of(Payment) == 1

    def test_asks_no_more_about_what_is_final(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast())
        bank.cancel(intent.provider_payment_id or "")

        assert poll(bank) == {"closed": 1}
        assert poll(bank, later=timedelta(days=2)) == {}

    def test_asks_about_an_open_link_at_every_run_while_it_is_fresh_and_then_more_seldom(
        self, bank: FakeCollector
    ) -> None:
        intent = ask_for_link(bank, a_cast())
        made = intent.created_at
        live_long(bank, intent)

        gaps = [period_after(bank, intent, made + age) for age in (minutes(2), minutes(36), minutes(200))]

        assert gaps == [PERIOD, minutes(3), LONGEST_PERIOD]

    def test_is_there_when_a_link_ends(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast())
        assert intent.expires_at is not None

        gap = period_after(bank, intent, intent.expires_at - minutes(2))

        assert minutes(1) <= gap <= minutes(2)
        assert period_after(bank, intent, intent.expires_at + timedelta(hours=2)) == timedelta(hours=1)

    @pytest.mark.parametrize("paid_after", [2, 17, 61, 300])
    def test_nothing_stays_paid_but_unknown_for_more_than_two_periods(
        self, bank: FakeCollector, paid_after: int
    ) -> None:
        """No message ever comes; the clock moves minute by minute, as the schedule does."""
        intent = ask_for_link(bank, a_cast())
        made = intent.created_at
        provider_id = intent.provider_payment_id or ""
        live_long(bank, intent)
        for passed in range(1, paid_after + 1):
            poll_at(bank, made + minutes(passed))
        bank.pay(provider_id)

        waited = 0
        while intent_of(intent.id).status is not IntentStatus.PAID:
            waited += 1
            poll_at(bank, made + minutes(paid_after + waited))
            assert minutes(waited) <= 2 * LONGEST_PERIOD

        fresh = paid_after <= 12
        assert minutes(waited) <= (2 * PERIOD if fresh else LONGEST_PERIOD)

    def test_silence_is_survived(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast())
        bank.silent = True

        assert poll(bank) == {"no_answer": 1}
        assert intent_of(intent.id).status is IntentStatus.PENDING

    def test_one_that_goes_wrong_does_not_stop_the_rest(self, bank: FakeCollector) -> None:
        ask_for_link(bank, a_cast())
        second = ask_for_link(bank, a_cast())
        bank.pay(second.provider_payment_id or "")
        bank.asked = RuntimeError("a bug")

        assert poll(bank) == {"error": 1, "recorded": 1}
        assert poll(bank) == {}
        assert poll(bank, later=timedelta(hours=1)) == {"still_open": 1}

    def test_a_payment_that_the_provider_lost_is_told_to_an_operator(self, bank: FakeCollector) -> None:
        ask_for_link(bank, a_cast())
        bank.payments.clear()

        assert poll(bank) == {"lost": 1}
        assert count_of(OperatorTask, OperatorTask.kind == "payment_lost") == 1


class TestLostCreate:
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_is_repeated_with_its_key(self, bank: FakeCollector, moment: str) -> None:
        setattr(bank, moment, OutcomeUnknown("timeout"))
        intent = ask_for_link(bank, a_cast())

        assert poll(bank) == {"create_pending": 1}

        found = intent_of(intent.id)
        assert (found.status, found.unknown_since) == (IntentStatus.PENDING, None)
        assert found.url is not None
        assert len(bank.payments) == 1

    def test_that_is_refused_ends(self, bank: FakeCollector) -> None:
        cast = a_cast()
        bank.before = OutcomeUnknown("timeout")
        ask_for_link(bank, cast)
        bank.before = ProviderRefused("invalid_request")

        assert poll(bank) == {"create_failed": 1}
        assert deal_status(cast.deal_id) is DealStatus.SIGNED

    def test_after_the_keys_life_is_only_looked_for(self, bank: FakeCollector) -> None:
        bank.after = OutcomeUnknown("timeout")
        intent = ask_for_link(bank, a_cast())
        made_long_ago()
        creates = bank.creates

        assert poll(bank) == {"found_still_open": 1}
        assert bank.creates == creates
        assert intent_of(intent.id).status is IntentStatus.PENDING

    def test_that_was_never_made_ends_after_the_keys_life(self, bank: FakeCollector) -> None:
        cast = a_cast()
        bank.before = OutcomeUnknown("timeout")
        intent = ask_for_link(bank, cast)
        made_long_ago()

        assert poll(bank) == {"never_made": 1}
        assert intent_of(intent.id).status is IntentStatus.FAILED
        assert deal_status(cast.deal_id) is DealStatus.SIGNED

    def test_that_was_paid_meanwhile_is_recorded_by_the_next_run(self, bank: FakeCollector) -> None:
        bank.after = OutcomeUnknown("timeout")
        ask_for_link(bank, a_cast())
        (made,) = bank.payments
        bank.pay(made)

        assert poll(bank) == {"create_pending": 1}
        assert poll(bank, later=timedelta(minutes=10)) == {"recorded": 1}


class TestLostCreateWithoutKeys:
    """The provider knows no keys: a blind repeat would be a second link."""

    @pytest.fixture
    def keyless(self, database: object) -> FakeCollector:
        return FakeCollector(capabilities=DEALS)

    def test_that_was_made_is_found_and_not_repeated(self, keyless: FakeCollector) -> None:
        keyless.after = OutcomeUnknown("timeout")
        intent = ask_for_link(keyless, a_cast())

        assert poll(keyless) == {"found_still_open": 1}

        assert (keyless.creates, len(keyless.payments)) == (1, 1)
        assert intent_of(intent.id).status is IntentStatus.PENDING

    def test_that_was_not_made_is_repeated_with_the_same_words(self, keyless: FakeCollector) -> None:
        keyless.before = OutcomeUnknown("timeout")
        ask_for_link(keyless, a_cast())

        assert poll(keyless) == {"create_pending": 1}

        assert len(keyless.payments) == 1
        first, again = keyless.orders
        assert first == again

    def test_is_not_repeated_while_nobody_can_look(self, keyless: FakeCollector) -> None:
        keyless.before = OutcomeUnknown("timeout")
        ask_for_link(keyless, a_cast())
        keyless.silent = True

        assert poll(keyless) == {"no_answer": 1}
        assert keyless.creates == 1

    def test_that_was_paid_meanwhile_is_recorded_at_once(self, keyless: FakeCollector) -> None:
        keyless.after = OutcomeUnknown("timeout")
        intent = ask_for_link(keyless, a_cast())
        (made,) = keyless.payments
        keyless.pay(made)

        assert poll(keyless) == {"found_recorded": 1}
        assert intent_of(intent.id).status is IntentStatus.PAID

    def test_ends_when_nobody_could_pay_it_any_more(self, keyless: FakeCollector) -> None:
        keyless.before = OutcomeUnknown("timeout")
        intent = ask_for_link(keyless, a_cast())
        made_long_ago()

        assert poll(keyless) == {"never_made": 1}
        assert intent_of(intent.id).status is IntentStatus.FAILED


class TestTerminals:
    def poll(self, *terminals: FakeCollector, names: list[str] | None = None) -> dict[str, int]:
        by_name = {terminal.name: terminal for terminal in terminals}
        return polling.poll_terminals(
            Transactions(),
            names=names or list(by_name),
            providers=by_name.__getitem__,
            on_paid=nothing_more,
            now=utc_now() + timedelta(minutes=5),
        )

    def test_each_is_asked_about_its_own(self, bank: FakeCollector) -> None:
        other = FakeCollector(name="other")
        paid_here, paid_there = ask_for_link(bank, a_cast()), ask_for_link(other, a_cast())
        bank.pay(paid_here.provider_payment_id or "")
        other.pay(paid_there.provider_payment_id or "")

        assert self.poll(bank, other) == {"recorded": 2}
        assert count_of(Payment, Payment.provider == "other") == 1

    def test_one_that_is_silent_does_not_stop_another(self, bank: FakeCollector) -> None:
        other = FakeCollector(name="other")
        for _ in range(GIVE_UP_AFTER + 2):
            ask_for_link(bank, a_cast())
        paid = ask_for_link(other, a_cast())
        other.pay(paid.provider_payment_id or "")
        bank.silent = True

        assert self.poll(bank, other) == {"no_answer": GIVE_UP_AFTER, "given_up": 2, "recorded": 1}

    def test_a_run_whose_time_is_over_asks_about_nothing_more(
        self, bank: FakeCollector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paid = ask_for_link(bank, a_cast())
        bank.pay(paid.provider_payment_id or "")
        monkeypatch.setattr(polling, "RUN_SECONDS", 0)

        assert self.poll(bank) == {"given_up": 1}

    def test_one_that_is_set_up_wrong_does_not_stop_another(self, bank: FakeCollector) -> None:
        paid = ask_for_link(bank, a_cast())
        bank.pay(paid.provider_payment_id or "")

        assert self.poll(bank, names=["broken", bank.name]) == {"terminal_error": 1, "recorded": 1}

    def test_links_of_a_terminal_that_left_the_settings_are_told(self, bank: FakeCollector) -> None:
        ask_for_link(bank, a_cast())

        assert self.poll(FakeCollector(name="other")) == {"terminal_unknown": 1}
