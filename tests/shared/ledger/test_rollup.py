from datetime import timedelta

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.kernel.money import Money
from shared.ledger import balances, rollup
from shared.ledger.posting import Cause, Kind, Movement, Posting, post_many
from shared.ledger.statement import balance_at
from tests.conftest import TestDatabase, engine_for
from tests.shared.ledger.by_hand import Connect, refused
from tests.shared.ledger.test_statement import CLEARING, DAY, STEP, history, paid, rolled_up

__all__ = ["history"]


def pay_at(session: Session, *hours: int) -> None:
    """A kopeck at each, rolled up."""
    for hour in hours:
        paid(session, 1, DAY + timedelta(hours=hour))
    rolled_up(session)


def cut_at(session: Session) -> list[int]:
    """Hours at which the step has snapshots by what happened."""
    found = session.execute(
        text(
            "SELECT s.moment FROM ledger_snapshots s JOIN ledger_accounts a ON a.id = s.account_id"
            " WHERE a.key = :key AND s.axis = 'occurred' ORDER BY s.moment"
        ),
        {"key": STEP.key},
    )
    return [(moment - DAY) // timedelta(hours=1) for moment in found.scalars()]


class TestTheRollUp:
    def test_takes_every_entry_once(self, app: Session) -> None:
        for hour in range(5):
            paid(app, 10, DAY + timedelta(hours=hour))

        assert rolled_up(app) == 10
        assert rolled_up(app) == 0
        paid(app, 10, DAY)
        assert rolled_up(app) == 2

    def test_catches_up_by_calls_of_a_bounded_size(self, app: Session) -> None:
        for hour in range(10):
            paid(app, 10, DAY + timedelta(hours=hour))

        assert (
            rollup.catch_up(Transactions(), at_most=4) == 0
        )  # what is there now is settled at the next time
        first = rollup.catch_up(Transactions(), at_most=4, calls=2)
        rest = rollup.catch_up(Transactions(), at_most=4)
        assert (first + rest, 0 < first < 20) == (20, True)
        assert rollup.drifted_snapshots(app) == []

    def test_changes_no_balance(self, history: Session) -> None:
        before = balances.by_kind(history), balances.cover(history), balances.balance_of(history, CLEARING)
        rolled_up(history)

        after = balances.by_kind(history), balances.cover(history), balances.balance_of(history, CLEARING)
        assert after == before
        assert balances.totals(history).debits == balances.totals(history).credits > Money.zero()

    def test_makes_snapshots_that_are_the_sums_of_their_entries(
        self, history: Session, connect: Connect
    ) -> None:
        rolled_up(history)
        made = history.execute(text("SELECT axis, count(*) > 5 FROM ledger_snapshots GROUP BY axis"))
        count = history.execute(text("SELECT count(*) FROM ledger_snapshots")).scalar_one()
        assert count < 2 * 2 * 40 // 2
        assert dict(tuple(row) for row in made) == {"occurred": True, "recorded": True}
        assert rollup.drifted_snapshots(history) == []

        owner: Connection = connect("owner")
        owner.execute(text("UPDATE ledger_snapshots SET net_kopecks = net_kopecks + 1"))
        owner.commit()
        assert rollup.drifted_snapshots(history) == sorted([STEP, CLEARING])

    def test_waits_for_a_posting_that_is_still_under_way(self, app: Session, database: TestDatabase) -> None:
        paid(app, 10, DAY)
        with Session(engine_for(database.app_url)) as slow:
            slow.execute(text("SELECT pg_current_xact_id()"))
            assert rolled_up(app) == 0
            paid(app, 10, DAY)
            assert rolled_up(app) == 0
            slow.commit()

        assert rolled_up(app) == 4
        assert balance_at(app, STEP, DAY) == Money(20)

    def test_cuts_snapshots_where_late_entries_fall(self, app: Session) -> None:
        pay_at(app, 0, 100, 200, 300, 400, 500)
        assert cut_at(app) == [200, 500]

        pay_at(app, 201)
        assert cut_at(app) == [200, 500]

        pay_at(app, *range(202, 207), *range(101, 109), 50)
        assert cut_at(app) == [100, 103, 106, 200, 202, 205, 500]
        assert rollup.drifted_snapshots(app) == []
        assert balance_at(app, STEP, DAY + timedelta(hours=205)) == Money(17)

    def test_cuts_before_and_after_an_instant_of_many(self, app: Session) -> None:
        pay_at(app, 1, *[2] * 10, 3, 4)

        assert cut_at(app) == [2, 3]
        assert balance_at(app, STEP, DAY + timedelta(hours=3)) == Money(12)

    def test_takes_a_bounded_piece_at_a_time(self, app: Session) -> None:
        for hour in range(10):
            paid(app, 10, DAY + timedelta(hours=hour))
        taken = []
        for _ in range(8):
            taken.append(rollup.roll_up(app, every=3, at_most=6))
            app.commit()

        assert taken[0] == 0
        assert sum(taken) == 20
        assert max(taken) <= 8
        assert rollup.drifted_snapshots(app) == []

    def test_copes_with_a_thousand_entries_of_one_instant(self, app: Session) -> None:
        movement = [Movement(CLEARING, STEP, Money(1))]
        post_many(
            app,
            [Posting(Kind.PAYMENT_RECEIVED, str(number), movement, DAY, Cause()) for number in range(1_000)],
        )
        app.commit()

        assert rolled_up(app) == 2_000
        assert balance_at(app, STEP, DAY) == Money(1_000)
        assert balance_at(app, STEP, DAY - timedelta(seconds=1)) == Money.zero()
        assert rollup.drifted_snapshots(app) == []

    def test_is_not_written_by_the_application(self, history: Session, connect: Connect) -> None:
        app = connect("app")

        for attack in (
            "UPDATE ledger_snapshots SET net_kopecks = 0",
            "DELETE FROM ledger_kind_totals",
            "UPDATE ledger_rollup SET rolled_until = now()",
        ):
            assert refused(app, attack)[0] == "42501"
