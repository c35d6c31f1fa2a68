"""Whatever sequence of events is tried: money is neither made nor lost, and the floors hold."""

from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances
from shared.ledger.accounts import Account
from shared.ledger.errors import FloorBreached, KeyReused
from shared.ledger.posting import Cause, Kind, Movement, post

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OWNERS = [UUID(int=number) for number in (1, 2)]

PLACES: list[Account] = [
    accounts.provider_clearing("yookassa"),
    accounts.client_bank(),
    accounts.platform_cash(),
    accounts.deal_hold(OWNERS[0], 1),
    accounts.deal_hold(OWNERS[0], 2),
    accounts.payable(OWNERS[0], OWNERS[1]),
    accounts.payout_in_transit(OWNERS[1]),
    accounts.platform_fee(),
    accounts.own_funds(),
]
DEBIT_SIDED = {"provider_clearing", "client_bank", "platform_cash"}
WITHOUT_FLOOR = DEBIT_SIDED | {"platform_fee", "own_funds"}

movements = (
    st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES), st.integers(1, 300))
    .filter(lambda ends: ends[0] != ends[1])
    .map(lambda ends: Movement(ends[0], ends[1], Money(ends[2])))
)
postings = st.tuples(st.integers(0, 12), st.lists(movements, min_size=1, max_size=4))


class Model:
    """The ledger in a few lines of Python: what the database must agree with."""

    def __init__(self) -> None:
        self.balances: dict[Account, int] = defaultdict(int)
        self.posted: dict[str, dict[tuple[str, Account], int]] = {}

    def expects(self, key: str, moves: list[Movement]) -> type[Exception] | bool:
        """An error, or whether the key had been posted; applies what passes."""
        content: dict[tuple[str, Account], int] = defaultdict(int)
        for move in moves:
            content["debit", move.debit] += move.amount.kopecks
            content["credit", move.credit] += move.amount.kopecks
        if key in self.posted:
            return True if self.posted[key] == content else KeyReused
        after = self.balances.copy()
        for (side, account), kopecks in content.items():
            normal = "debit" if account.kind in DEBIT_SIDED else "credit"
            after[account] += kopecks if side == normal else -kopecks
        if any(kopecks < 0 and account.kind not in WITHOUT_FLOOR for account, kopecks in after.items()):
            return FloorBreached
        self.balances, self.posted[key] = after, content
        return False


def outcome(session: Session, key: str, moves: list[Movement]) -> type[Exception] | bool:
    savepoint = session.begin_nested()
    try:
        result = post(
            session, kind=Kind.PAYMENT_RECEIVED, key=key, movements=moves, occurred_at=NOON, cause=Cause()
        )
    except (FloorBreached, KeyReused) as refusal:
        savepoint.rollback()
        return type(refusal)
    savepoint.commit()
    return result.already_posted


class TestAnySequenceOfPostings:
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )  # every example works under keys of its own and is rolled back
    @given(st.lists(postings, max_size=12))
    def test_agrees_with_the_model(self, app: Session, sequence: list[tuple[int, list[Movement]]]) -> None:
        model, example = Model(), new_id()
        for number, moves in sequence:
            key = f"{example}/{number}"
            assert outcome(app, key, moves) == model.expects(key, moves)

        assert {place: balances.balance_of(app, place).kopecks for place in PLACES} == {
            place: model.balances[place] for place in PLACES
        }
        sums = balances.totals(app)
        assert sums.debits == sums.credits
        assert balances.drifted_accounts(app) == []
        app.rollback()
