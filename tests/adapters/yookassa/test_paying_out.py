"""The contract of ``PayoutProvider``, against the stand-in as a process of its own."""

import pytest

from shared.adapters.payouts.yookassa import YooKassaPayouts
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.ports.payouts import PayoutOrder, PayoutState, ProviderPayout
from tests.adapters.yookassa.bankside import BankSide, a_payout_order, wait_until


def final(payouts: YooKassaPayouts, made: ProviderPayout) -> ProviderPayout:
    return wait_until(
        lambda: (
            one if (one := payouts.get(made.provider_id)) and one.state is not PayoutState.PENDING else None
        )
    )


class TestBanks:
    def test_have_an_id_of_twelve_characters(self, payouts: YooKassaPayouts) -> None:
        banks = payouts.banks()

        assert {len(bank.bank_id) for bank in banks} == {12}
        assert "Т-Банк" in {bank.name for bank in banks}

    def test_are_told_to_the_account_of_payouts_only(self, bank: BankSide) -> None:
        with pytest.raises(OutcomeUnknown, match="ForbiddenError"):
            YooKassaPayouts(bank.shop()).banks()


class TestCreate:
    def test_is_pending_and_then_paid_by_itself(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str
    ) -> None:
        made = payouts.create(payout_order, key=key)
        assert made.state is PayoutState.PENDING
        assert made.amount == payout_order.amount
        assert made.payout_id == payout_order.payout_id

        paid = final(payouts, made)

        assert paid.state is PayoutState.SUCCEEDED
        assert paid.succeeded_at is not None

    def test_sends_the_phone_without_its_plus(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str, bank: BankSide
    ) -> None:
        made = payouts.create(payout_order, key=key)

        kept = next(one for one in bank.see("payouts") if one["id"] == made.provider_id)

        assert kept["payout_destination"]["phone"] == "79990000001"

    def test_is_one_payout_for_one_key(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str
    ) -> None:
        assert payouts.create(payout_order, key=key) == payouts.create(payout_order, key=key)

    def test_does_not_know_what_a_key_made_for_another_body(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str
    ) -> None:
        payouts.create(payout_order, key=key)

        with pytest.raises(OutcomeUnknown, match="key_used_with_another_body"):
            payouts.create(payout_order._replace(amount=Money(1_00)), key=key)

    @pytest.mark.parametrize("kopecks", [99, 500_000_01])
    def test_is_refused_beyond_the_limits(self, payouts: YooKassaPayouts, key: str, kopecks: int) -> None:
        with pytest.raises(ProviderRefused) as refusal:
            payouts.create(a_payout_order(kopecks), key=key)

        assert refusal.value.code == "invalid_request"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"bank_id": "100000009999"},
            {"phone": "+7999"},
            {"description": "д" * 129},
            {"payout_id": "1" * 513},
        ],
    )
    def test_is_refused_with_a_wrong_field(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str, wrong: dict[str, str]
    ) -> None:
        with pytest.raises(ProviderRefused) as refusal:
            payouts.create(payout_order._replace(**wrong), key=key)  # type: ignore[arg-type]  # texts for text fields

        assert "7999" not in str(refusal.value)


class TestEnd:
    def test_is_told_with_its_reason(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str, bank: BankSide
    ) -> None:
        bank.ask("payouts/plan", plan="hold")
        made = payouts.create(payout_order, key=key)
        bank.ask(f"payouts/{made.provider_id}/fail", reason="recipient_not_found")

        ended = final(payouts, made)

        assert ended.state is PayoutState.CANCELED
        assert ended.cancellation_reason == "recipient_not_found"

    def test_may_be_planned(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str, bank: BankSide
    ) -> None:
        bank.ask("payouts/plan", plan="insufficient_funds")

        assert (
            final(payouts, payouts.create(payout_order, key=key)).cancellation_reason == "insufficient_funds"
        )

    def test_waits_while_held(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str, bank: BankSide
    ) -> None:
        bank.ask("payouts/plan", plan="hold")
        made = payouts.create(payout_order, key=key)
        bank.ask("clock", shift_seconds=3600)

        held = payouts.get(made.provider_id)
        assert held is not None
        assert held.state is PayoutState.PENDING
        bank.ask(f"payouts/{made.provider_id}/succeed")

        assert final(payouts, made).state is PayoutState.SUCCEEDED


class TestFind:
    def test_finds_by_our_own_id(self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str) -> None:
        made = payouts.create(payout_order, key=key)

        found = payouts.find(payout_order.payout_id, created_after=made.created_at)

        assert found is not None
        assert found.provider_id == made.provider_id

    def test_finds_nothing_for_an_unknown_id(self, payouts: YooKassaPayouts) -> None:
        assert payouts.find("nobody", created_after=utc_now()) is None

    def test_prefers_the_one_whose_money_went(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str, bank: BankSide
    ) -> None:
        bank.ask("payouts/plan", plan="hold")
        first = payouts.create(payout_order, key=key)
        second = payouts.create(payout_order, key=f"{key}-2")
        bank.ask(f"payouts/{first.provider_id}/succeed")
        bank.ask(f"payouts/{second.provider_id}/fail")

        found = payouts.find(payout_order.payout_id, created_after=first.created_at)

        assert found is not None
        assert found.provider_id == first.provider_id

    @pytest.mark.parametrize("provider_id", ["po-30a1b2c3-000f-5000-9000-1a2b3c4d5e6f", "../me", ""])
    def test_knows_nothing_of_a_strange_id(self, payouts: YooKassaPayouts, provider_id: str) -> None:
        assert payouts.get(provider_id) is None
