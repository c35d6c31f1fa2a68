from datetime import timedelta

from sqlalchemy.orm import Session

from functions.schedules.ledger_rollup.handler import app as roll_up
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances, holds
from shared.ledger.posting import Cause, Kind, Movement, post


class TestLedgerRollup:
    def test_ends_holds_that_are_due_and_rolls_up_what_is_settled(self, app: Session) -> None:
        step = accounts.deal_hold(new_id(), 1)
        post(
            app, kind=Kind.PAYMENT_RECEIVED, key="payment", occurred_at=utc_now(), cause=Cause(),
            movements=[Movement(accounts.provider_clearing("yookassa"), step, Money(100))],
        )  # fmt: skip
        for key, minutes in (("due", -1), ("later", 60)):
            holds.reserve(
                app, key=key, account=step, amount=Money(40), cause=Cause(),
                expires_at=utc_now() + timedelta(minutes=minutes),
            )  # fmt: skip
        app.commit()

        assert roll_up({}, None) == {"holds_expired": 1, "entries": 0}
        assert balances.free_on(app, step) == Money(60)
        app.commit()
        assert roll_up({}, None) == {"holds_expired": 0, "entries": 2}
        assert balances.balance_of(app, step) == Money(100)
