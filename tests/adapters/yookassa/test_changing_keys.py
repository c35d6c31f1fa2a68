"""A key is changed at the provider and here not in the same moment: for a while both are good."""

from dataclasses import replace

import pytest

from shared.adapters.payouts.yookassa import YooKassaPayouts
from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.ports.payments import OutcomeUnknown, PaymentOrder, PaymentState
from shared.ports.payouts import PayoutOrder
from tests.adapters.yookassa.bankside import BankSide


class TestNewKey:
    def test_that_the_provider_does_not_know_yet_gives_way_to_the_previous(
        self, bank: BankSide, order: PaymentOrder, key: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        account = bank.shop()
        payments = YooKassaPayments(
            replace(account, secret_key="of-tomorrow", previous_secret_key=account.secret_key)
        )

        made = payments.create(order, key=key)

        assert made.state is PaymentState.PENDING
        assert payments.get(made.provider_id) == made
        told = capsys.readouterr().out
        assert "previous_key_used" in told
        assert account.secret_key not in told

    def test_that_it_knows_needs_no_other(
        self, bank: BankSide, order: PaymentOrder, key: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        payments = YooKassaPayments(replace(bank.shop(), previous_secret_key="of-yesterday"))

        payments.create(order, key=key)

        assert "previous_key_used" not in capsys.readouterr().out
        assert [one["status"] for one in bank.see("received")[:1]] == [200]

    def test_with_a_previous_that_is_wrong_too_tells_nothing(
        self, bank: BankSide, order: PaymentOrder, key: str
    ) -> None:
        account = replace(bank.shop(), secret_key="of-tomorrow", previous_secret_key="of-yesterday")

        with pytest.raises(OutcomeUnknown, match="UnauthorizedError"):
            YooKassaPayments(account).create(order, key=key)

    def test_of_the_gateway_gives_way_too(self, bank: BankSide, payout_order: PayoutOrder, key: str) -> None:
        account = bank.gateway()
        payouts = YooKassaPayouts(
            replace(account, secret_key="of-tomorrow", previous_secret_key=account.secret_key)
        )

        assert payouts.create(payout_order, key=key).amount == payout_order.amount
