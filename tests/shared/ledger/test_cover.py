"""Cover counts every account with a floor: money that is disputed, in suspense or on its way is still clients'."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances, tables
from shared.ledger.accounts import Account
from shared.ledger.posting import Cause, Kind, Movement, post

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SUM = Money(1_000_00)
FLOORED = [
    accounts.deal_hold(new_id(), 1),
    accounts.payable(new_id(), new_id()),
    accounts.payout_in_transit(new_id()),
    accounts.refund_in_transit(new_id()),
    accounts.suspense(new_id()),
    accounts.dispute_hold(new_id(), new_id()),
]
HOLDING = [
    accounts.provider_clearing("yookassa"),
    accounts.provider_deal("tbank", "deal-1"),
    accounts.payout_float("yookassa"),
    accounts.client_bank(),
]


def moved(session: Session, debit: Account, credit: Account) -> None:
    post(
        session,
        kind=Kind.PAYMENT_RECEIVED,
        key=f"test:{new_id()}",
        movements=[Movement(debit, credit, SUM)],
        occurred_at=NOON,
        cause=Cause(payment_id=new_id()),
    )


class TestCover:
    def test_knows_every_kind_of_account_with_a_floor(self, app: Session) -> None:
        every = app.scalars(select(tables.chart.c.kind).where(tables.chart.c.has_floor)).all()

        assert sorted(every) == sorted(account.kind for account in FLOORED)

    @pytest.mark.parametrize("account", FLOORED, ids=lambda account: account.kind)
    def test_counts_what_is_owed_on(self, app: Session, account: Account) -> None:
        moved(app, accounts.client_bank(), account)
        assert balances.cover(app) == (SUM, SUM)

        # The money is spent on the platform's own, and the account is owed as before.
        moved(app, accounts.acquiring_fee(), accounts.client_bank())

        assert balances.cover(app) == (Money.zero(), SUM)
        assert not balances.cover(app).holds

    @pytest.mark.parametrize("account", HOLDING, ids=lambda account: account.kind)
    def test_counts_what_is_held_on(self, app: Session, account: Account) -> None:
        moved(app, account, accounts.suspense(new_id()))

        assert balances.cover(app) == (SUM, SUM)

    @pytest.mark.parametrize("account", [accounts.platform_cash(), accounts.receivable(new_id(), new_id())])
    def test_counts_neither_the_platforms_money_nor_debts(self, app: Session, account: Account) -> None:
        moved(app, account, accounts.suspense(new_id()))

        assert balances.cover(app) == (Money.zero(), SUM)
