from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances, holds
from shared.ledger.accounts import Account
from shared.ledger.errors import FloorBreached, HoldClosed, HoldExceeded, KeyReused, LedgerRuleError
from shared.ledger.holds import Hold, HoldStatus
from shared.ledger.posting import Cause, Kind, Movement, PostingResult, post
from tests.shared.ledger.by_hand import Connect, refused

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
STEP = accounts.deal_hold(new_id(), 1)
TRANSIT = accounts.refund_in_transit(new_id())
PAYABLE = accounts.payable(new_id(), new_id())


@pytest.fixture
def funded(app: Session) -> Session:
    """The step holds 100.00."""
    post(
        app, kind=Kind.PAYMENT_RECEIVED, key="payment", occurred_at=NOON, cause=Cause(),
        movements=[Movement(accounts.provider_clearing("yookassa"), STEP, Money(100_00))],
    )  # fmt: skip
    app.commit()
    return app


def reserve(session: Session, kopecks: int, key: str = "refund:1", account: Account = STEP) -> Hold:
    return holds.reserve(
        session, key=key, account=account, amount=Money(kopecks), expires_at=TOMORROW, cause=Cause()
    )


def take(session: Session, kopecks: int, key: str, hold: Hold | None = None) -> PostingResult:
    return post(
        session, kind=Kind.REFUND_ACCEPTED, key=key, occurred_at=NOON, cause=Cause(),
        movements=[Movement(STEP, TRANSIT, Money(kopecks))], hold_id=None if hold is None else hold.hold_id,
    )  # fmt: skip


def held(session: Session) -> int:
    session.commit()
    kopecks = session.execute(text("SELECT sum(held_kopecks)::bigint FROM ledger_balances")).scalar_one()
    return int(kopecks)


class TestAHold:
    def test_stays_in_the_balance_and_is_not_free(self, funded: Session) -> None:
        reserve(funded, 60_00)

        assert balances.balance_of(funded, STEP) == Money(100_00)
        assert balances.free_on(funded, STEP) == Money(40_00)

    def test_can_not_be_taken_by_anybody_else(self, funded: Session) -> None:
        reserve(funded, 60_00)
        funded.commit()

        with pytest.raises(FloorBreached):
            take(funded, 40_01, "other")
        funded.rollback()
        take(funded, 40_00, "other")

    def test_does_not_hold_what_is_not_there(self, funded: Session) -> None:
        reserve(funded, 60_00)

        with pytest.raises(FloorBreached):
            reserve(funded, 40_01, "refund:2")

    def test_is_made_once_per_key(self, funded: Session) -> None:
        first = reserve(funded, 60_00)

        assert reserve(funded, 60_00) == first
        assert held(funded) == 60_00
        with pytest.raises(KeyReused):
            reserve(funded, 59_00)

    def test_on_another_account_is_another_hold(self, funded: Session) -> None:
        reserve(funded, 60_00)

        with pytest.raises(KeyReused):
            reserve(funded, 60_00, account=accounts.deal_hold(new_id(), 1))

    @pytest.mark.parametrize("account", [accounts.client_bank(), accounts.platform_fee()])
    def test_needs_an_account_with_a_floor(self, funded: Session, account: Account) -> None:
        with pytest.raises(LedgerRuleError):
            reserve(funded, 1, account=account)

    def test_on_an_account_never_posted_to_finds_nothing(self, funded: Session) -> None:
        with pytest.raises(FloorBreached):
            reserve(funded, 1, account=accounts.deal_hold(new_id(), 9))


class TestPostingOutOfAHold:
    def test_takes_a_part_and_leaves_the_rest_held(self, funded: Session) -> None:
        hold = reserve(funded, 60_00)

        take(funded, 25_00, "part", hold)

        assert holds.find(funded, hold.hold_id) == hold._replace(remaining=Money(35_00))
        assert balances.balance_of(funded, STEP) == Money(75_00)
        assert balances.free_on(funded, STEP) == Money(40_00)

    def test_takes_the_whole_and_ends_it(self, funded: Session) -> None:
        hold = reserve(funded, 100_00)

        result = take(funded, 100_00, "whole", hold)

        ended = holds.find(funded, hold.hold_id)
        assert ended == hold._replace(remaining=Money.zero(), status=HoldStatus.POSTED)
        used = funded.execute(text("SELECT transaction_id, amount_kopecks FROM ledger_hold_postings")).one()
        assert tuple(used) == (result.transaction_id, 100_00)
        with pytest.raises(HoldClosed):
            take(funded, 1, "more", hold)

    def test_is_the_same_posting_when_told_again(self, funded: Session) -> None:
        hold = reserve(funded, 60_00)
        first = take(funded, 60_00, "whole", hold)

        assert take(funded, 60_00, "whole", hold) == first._replace(already_posted=True)
        assert balances.balance_of(funded, STEP) == Money(40_00)

    def test_takes_no_more_than_is_held(self, funded: Session) -> None:
        hold = reserve(funded, 60_00)

        with pytest.raises(HoldExceeded):
            take(funded, 60_01, "too much", hold)

    def test_takes_from_the_holds_own_account(self, funded: Session) -> None:
        hold = reserve(funded, 60_00)

        with pytest.raises(HoldExceeded):
            holds.post_from(
                funded, hold.hold_id, kind=Kind.STEP_RELEASED, key="elsewhere", occurred_at=NOON, cause=Cause(),
                movements=[Movement(accounts.client_bank(), PAYABLE, Money(5))],
            )  # fmt: skip


class TestTheEndOfAHold:
    def test_by_hand_frees_what_is_left(self, funded: Session) -> None:
        hold = reserve(funded, 60_00)
        take(funded, 10_00, "part", hold)

        voided = holds.void(funded, hold.hold_id)

        assert voided == hold._replace(remaining=Money.zero(), status=HoldStatus.VOIDED)
        assert balances.free_on(funded, STEP) == Money(90_00)
        with pytest.raises(HoldClosed):
            holds.void(funded, hold.hold_id)

    def test_by_time_frees_what_is_left(self, funded: Session) -> None:
        hold = reserve(funded, 60_00)

        assert holds.expire_due(funded, now=TOMORROW - timedelta(seconds=1)) == []
        ended = holds.expire_due(funded, now=TOMORROW)

        assert [(each.hold_id, each.status) for each in ended] == [(hold.hold_id, HoldStatus.EXPIRED)]
        assert balances.free_on(funded, STEP) == Money(100_00)
        assert holds.expire_due(funded, now=TOMORROW) == []


class TestWhoeverWrites:
    ATTACKS = (
        "UPDATE ledger_holds SET remaining_kopecks = 6001, amount_kopecks = 6001",
        "UPDATE ledger_holds SET account_id = (SELECT id FROM ledger_accounts WHERE key <> :step LIMIT 1)",
        "UPDATE ledger_holds SET expires_at = now()",
        "UPDATE ledger_balances SET held_kopecks = 0",
        "DELETE FROM ledger_holds",
        "TRUNCATE ledger_holds CASCADE",
        "DELETE FROM ledger_hold_postings",
        "UPDATE ledger_hold_postings SET amount_kopecks = 1",
    )

    @pytest.fixture(params=["owner", "admin"])
    def powerful(self, request: pytest.FixtureRequest, connect: Connect) -> Connection:
        return connect(request.param)

    @pytest.mark.parametrize("attack", ATTACKS)
    def test_a_hold_only_shrinks(self, funded: Session, powerful: Connection, attack: str) -> None:
        take(funded, 10_00, "part", reserve(funded, 60_00))
        funded.commit()

        values = {"step": STEP.key} if ":step" in attack else {}
        assert refused(powerful, attack, **values)[0] == "HL002"

    def test_an_ended_hold_does_not_open_again(self, funded: Session, powerful: Connection) -> None:
        holds.void(funded, reserve(funded, 60_00).hold_id)
        funded.commit()

        attack = "UPDATE ledger_holds SET status = 'open', remaining_kopecks = 6000"
        assert refused(powerful, attack)[0] == "HL002"

    def test_held_money_does_not_leave_by_entries_written_by_hand(
        self, funded: Session, powerful: Connection
    ) -> None:
        reserve(funded, 60_00)
        funded.commit()
        attack = (
            "WITH t AS (INSERT INTO ledger_transactions (id, kind, idempotency_key, content_hash, occurred_at)"
            " VALUES (gen_random_uuid(), 'step_released', 'x', sha256('x'), now()) RETURNING id, occurred_at, recorded_at)"
            " INSERT INTO ledger_entries SELECT t.id, l.no, a.id, l.side, 5000, t.occurred_at, t.recorded_at"
            " FROM t, (VALUES (1, 'debit', :step), (2, 'credit', 'provider_clearing:yookassa')) AS l (no, side, key)"
            " JOIN ledger_accounts a ON a.key = l.key"
        )

        assert refused(powerful, attack, step=STEP.key) == ("23514", "ck_ledger_balances_floor")

    def test_the_application_writes_no_hold_by_hand(self, funded: Session, connect: Connect) -> None:
        reserve(funded, 60_00)
        funded.commit()

        for attack in (
            "UPDATE ledger_holds SET status = 'voided', remaining_kopecks = 0",
            "INSERT INTO ledger_holds SELECT * FROM ledger_holds",
            "INSERT INTO ledger_hold_postings SELECT gen_random_uuid(), id, 1 FROM ledger_holds",
        ):
            assert refused(connect("app"), attack)[0] == "42501"
