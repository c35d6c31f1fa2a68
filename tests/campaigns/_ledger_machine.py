"""Any sequence of postings, reversals and holds against a ledger of a few lines of Python, which must agree.

Nothing is committed: every sequence starts with empty books and is rolled back.
"""

from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.errors import DomainError
from shared.kernel.money import Money
from shared.ledger import balances, holds
from shared.ledger.accounts import Account
from shared.ledger.errors import HoldClosed
from shared.ledger.posting import Cause, Kind, Movement, Posting, post, post_many, reverse
from shared.ledger.statement import balance_at
from tests.campaigns._ledger_judge import OF_DEBITS, PLACES, WITH_FLOOR, Books, Lines, Outcome, lines_of

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FAR = NOON + timedelta(days=1_000)
places = st.sampled_from(PLACES)
movements = (
    st.tuples(places, places, st.integers(1, 300))
    .filter(lambda ends: ends[0] != ends[1])
    .map(lambda ends: Movement(ends[0], ends[1], Money(ends[2])))
)
# Money comes in more often than not: empty accounts refuse everything.
incoming = st.tuples(st.sampled_from(WITH_FLOOR), st.integers(100, 900)).map(
    lambda end: Movement(PLACES[0], end[0], Money(end[1]))
)
many_movements = st.lists(st.one_of(incoming, movements), min_size=1, max_size=4)
hours = st.integers(0, 40)


class LedgerMachine(RuleBasedStateMachine):
    session: ClassVar[Session]

    @initialize()
    def begin(self) -> None:
        self.session.rollback()
        self.books = Books()
        self.ids: dict[str, UUID] = {}
        self.hold_ids: dict[str, UUID] = {}
        self.number = 0

    def agree(self, expected: Outcome, work: Callable[[], bool]) -> None:
        """Try it inside a savepoint: it ends as the judge says, and what is refused leaves nothing behind."""
        before = self.state() if expected not in {True, False} else None
        savepoint = self.session.begin_nested()
        found: Outcome
        try:
            found = work()
            savepoint.commit()
        except DomainError as refusal:
            savepoint.rollback()
            found = type(refusal)
        assert found == expected
        assert before is None or self.state() == before

    def state(self) -> list[object]:
        return list(self.session.execute(_STATE).one())

    def new_key(self) -> str:
        self.number += 1
        return f"key {self.number}"

    def post(self, key: str, moves: list[Movement], hour: int, hold_id: UUID | None = None) -> bool:
        result = post(
            self.session, kind=Kind.PAYMENT_RECEIVED, key=key, movements=moves,
            occurred_at=NOON + timedelta(hours=hour), cause=Cause(), hold_id=hold_id,
        )  # fmt: skip
        assert self.ids.setdefault(key, result.transaction_id) == result.transaction_id
        return result.already_posted

    @rule(moves=many_movements, hour=hours)
    def post_one(self, moves: list[Movement], hour: int) -> None:
        key = self.new_key()
        self.agree(self.books.post(key, lines_of(moves)), lambda: self.post(key, moves, hour))

    @precondition(lambda self: self.books.posted)
    @rule(data=st.data(), moves=many_movements, hour=hours)
    def post_under_a_used_key(self, data: st.DataObject, moves: list[Movement], hour: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.ids)))
        self.agree(self.books.post(key, lines_of(moves)), lambda: self.post(key, moves, hour))

    @rule(several=st.lists(many_movements, min_size=2, max_size=4), hour=hours)
    def post_several(self, several: list[list[Movement]], hour: int) -> None:
        """All or none, by the sum of them: floors are looked at when all are applied."""
        keys = [self.new_key() for _ in several]
        together: Lines = defaultdict(int)
        for moves in several:
            for end, kopecks in lines_of(moves).items():
                together[end] += kopecks
        trial = deepcopy(self.books)
        expected = trial.post("all of them", dict(together))
        if expected is False:
            self.books.balances = trial.balances
            self.books.posted |= {key: lines_of(moves) for key, moves in zip(keys, several, strict=True)}

        def work() -> bool:
            at = NOON + timedelta(hours=hour)
            results = post_many(
                self.session,
                [
                    Posting(Kind.PAYMENT_RECEIVED, key, moves, at, Cause())
                    for key, moves in zip(keys, several, strict=True)
                ],
            )
            self.ids |= {key: result.transaction_id for key, result in zip(keys, results, strict=True)}
            return any(result.already_posted for result in results)

        self.agree(expected, work)

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), again=st.booleans())
    def reverse_one(self, data: st.DataObject, *, again: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.ids)))
        by = self.books.reversed.get(key, self.new_key()) if again else self.new_key()

        def work() -> bool:
            result = reverse(self.session, transaction_id=self.ids[key], key=by, occurred_at=NOON)
            self.ids.setdefault(by, result.transaction_id)
            return result.already_posted

        self.agree(self.books.reverse(key, by), work)

    @rule(account=st.sampled_from(WITH_FLOOR), kopecks=st.integers(1, 400))
    def reserve(self, account: Account, kopecks: int) -> None:
        key = self.new_key()

        def work() -> bool:
            hold = holds.reserve(
                self.session, key=key, account=account, amount=Money(kopecks), expires_at=FAR, cause=Cause()
            )
            self.hold_ids[key] = hold.hold_id
            return False

        self.agree(self.books.reserve(key, account, kopecks), work)

    @precondition(lambda self: self.hold_ids)
    @rule(data=st.data(), to=places, kopecks=st.integers(1, 400), hour=hours)
    def post_from_a_hold(self, data: st.DataObject, to: Account, kopecks: int, hour: int) -> None:
        hold, key = data.draw(st.sampled_from(sorted(self.hold_ids))), self.new_key()
        account = self.books.holds[hold][0]
        if to == account:
            return
        moves = [Movement(account, to, Money(kopecks))]
        self.agree(
            self.books.take(hold, key, lines_of(moves)),
            lambda: self.post(key, moves, hour, self.hold_ids[hold]),
        )

    @precondition(lambda self: self.hold_ids)
    @rule(data=st.data())
    def void_a_hold(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(sorted(self.hold_ids)))
        account, _, is_open = self.books.holds[hold]
        self.books.holds[hold] = (account, 0, False)
        self.agree(
            False if is_open else HoldClosed,
            lambda: bool(holds.void(self.session, self.hold_ids[hold]).remaining.kopecks),
        )

    @precondition(lambda self: self.hold_ids)
    @rule()
    def let_holds_expire(self) -> None:
        ended = holds.expire_due(self.session, now=FAR)

        assert {each.hold_id for each in ended} == {
            self.hold_ids[key] for key, (_, _, is_open) in self.books.holds.items() if is_open
        }
        self.books.holds = {key: (place, 0, False) for key, (place, _, _) in self.books.holds.items()}

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.compare()
        self.session.rollback()

    def compare(self) -> None:
        """Stored balances, derived balances, and entries replayed by the time they happened: all as the judge says."""
        expected = {place: self.books.balances[place] for place in PLACES}
        read = {Account(row.key): row for row in self.session.execute(_READ, {"far": FAR})}
        assert {place: read[place].derived if place in read else 0 for place in PLACES} == expected
        for place in WITH_FLOOR:
            row, held = read.get(place), self.books.held(place)
            assert (row.stored, row.held) == (expected[place], held) if row else expected[place] == held == 0
            assert expected[place] >= held
        some = PLACES[self.number % len(PLACES)]
        assert balances.balance_of(self.session, some).kopecks == expected[some]
        assert balance_at(self.session, some, FAR).kopecks == expected[some]
        replayed: dict[Account, int] = defaultdict(int)
        for key, side, kopecks in self.session.execute(_REPLAY):
            more = (side == "debit") == (Account(key) in OF_DEBITS)
            replayed[Account(key)] += kopecks if more else -kopecks
        assert {place: replayed[place] for place in PLACES} == expected
        assert self.session.execute(_OTHER_HASHES).all() == []
        sums = balances.totals(self.session)
        assert sums.debits == sums.credits


_REPLAY = text(
    "SELECT a.key, e.side, e.amount_kopecks FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id"
    " ORDER BY e.occurred_at, e.transaction_id, e.line_no"
)
_OTHER_HASHES = text(
    "SELECT t.idempotency_key FROM ledger_transactions t WHERE t.content_hash <> sha256(convert_to(jsonb_build_array("
    " t.kind, t.payment_id, t.split_id, t.payout_id, t.refund_id, t.document_id,"
    " encode(t.terms_sha256, 'hex'), t.reverses_id,"
    " (SELECT jsonb_agg(jsonb_build_array(a.key, e.side, e.amount_kopecks)"
    '   ORDER BY a.key COLLATE "C", e.side, e.amount_kopecks)'
    "  FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE e.transaction_id = t.id))::text, 'UTF8'))"
)
_STATE = text(
    "SELECT (SELECT count(*) FROM ledger_transactions), (SELECT count(*) FROM ledger_accounts),"
    " (SELECT (count(*), sum(amount_kopecks))::text FROM ledger_entries),"
    " (SELECT array_agg(b::text ORDER BY account_id) FROM ledger_balances b),"
    " (SELECT array_agg(h::text ORDER BY id) FROM ledger_holds h)"
)
_READ = text(
    "SELECT a.key, b.balance_kopecks AS stored, b.held_kopecks AS held,"
    " CASE a.normal_side WHEN 'credit' THEN 1 ELSE -1 END * ledger_net_before(a.id, :far) AS derived"
    " FROM ledger_accounts a LEFT JOIN ledger_balances b ON b.account_id = a.id"
)
