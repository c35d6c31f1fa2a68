from typing import Any

import pytest

from functions.operations.bank_movements.handler import app
from shared.audit.models import AuditLog
from shared.db.session import Transactions
from shared.kernel.money import Money
from shared.ledger import accounts, balances
from tests.shared.payments.world import count_of


def a_movement(kind: str = "own_funds_in", **changes: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "amount_kopecks": 1_000_00,
        "reference": "pp-118",
        "occurred_at": "2026-11-24T10:00:00Z",
        **changes,
    }


def balance(account: accounts.Account) -> Money:
    with Transactions()() as session:
        return balances.balance_of(session, account)


@pytest.mark.usefixtures("database")
class TestRecordMovement:
    @pytest.mark.parametrize(
        ("kind", "provider", "account"),
        [
            ("own_funds_in", None, accounts.platform_cash()),
            ("provider_settled", "yookassa", accounts.client_bank()),
            ("payouts_funded", "yookassa", accounts.payout_float("yookassa")),
            ("fee_swept", None, accounts.platform_cash()),
        ],
    )
    def test_moves_money_once_per_reference(
        self, kind: str, provider: str | None, account: accounts.Account
    ) -> None:
        movement = a_movement(kind, provider=provider)

        first, again = app(movement, None), app(movement, None)

        assert balance(account) == Money(1_000_00)
        assert first["result"]["already_recorded"] is False
        assert again["result"] == {**first["result"], "already_recorded": True}
        assert count_of(AuditLog, AuditLog.action == f"bank.{kind}") == 1

    def test_a_reference_told_with_another_sum_is_refused(self) -> None:
        app(a_movement(), None)

        answer = app(a_movement(amount_kopecks=2_000_00), None)

        assert answer["refused"]["code"] == "ledger_key_reused"
        assert balance(accounts.platform_cash()) == Money(1_000_00)

    @pytest.mark.parametrize(
        "changes",
        [
            {"kind": "gift"},
            {"amount_kopecks": 0},
            {"amount_kopecks": 1.5},
            {"amount_kopecks": "100"},
            {"amount_kopecks": True},
            {"reference": ""},
            {"reference": "a b"},
            {"occurred_at": "2026-11-24T10:00:00"},
            {"provider": "yookassa"},
            {"kind": "payouts_funded"},
            {"kind": "payouts_funded", "provider": "Yoo:Kassa"},
            {"note": "surplus"},
        ],
    )
    def test_wrong_fields_move_nothing(self, changes: dict[str, Any]) -> None:
        answer = app(a_movement(**changes), None)

        assert answer["refused"]["code"] == "invalid_fields"
        assert balance(accounts.platform_cash()) == Money.zero()
