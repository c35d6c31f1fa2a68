from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances
from shared.ledger.errors import AlreadyReversed, FloorBreached, KeyReused, LedgerRuleError
from shared.ledger.posting import Cause, Kind, Movement, Posting, PostingResult, post, post_many, reverse

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DEAL, PAYMENT = new_id(), new_id()
HOLD, CLEARING = accounts.deal_hold(DEAL, 1), accounts.provider_clearing("yookassa")


def receive(
    session: Session,
    *,
    kopecks: int = 500_00,
    key: str = "payment_received:1",
    at: datetime = NOON,
    terms: bytes | None = None,
    payment_id: UUID | None = PAYMENT,
    document_id: UUID | None = None,
) -> PostingResult:
    return post(
        session,
        kind=Kind.PAYMENT_RECEIVED,
        key=key,
        movements=[Movement(CLEARING, HOLD, Money(kopecks))],
        occurred_at=at,
        cause=Cause(payment_id=payment_id, terms_sha256=terms, document_id=document_id),
    )


class TestAKey:
    def test_posts_once(self, app: Session) -> None:
        first = receive(app)
        app.commit()
        again = receive(app)

        assert not first.already_posted
        assert again == PostingResult(first.transaction_id, already_posted=True)
        assert balances.balance_of(app, HOLD) == Money(500_00)

    def test_tells_the_same_event_from_its_second_telling(self, app: Session) -> None:
        first = receive(app)

        later = receive(app, at=NOON + timedelta(seconds=3))

        assert later.already_posted
        kept = app.execute(text("SELECT occurred_at FROM ledger_transactions")).scalar_one()
        assert kept == NOON
        assert later.transaction_id == first.transaction_id

    @pytest.mark.parametrize(
        "other",
        [{"kopecks": 499_99}, {"terms": b"\x22" * 32}, {"payment_id": None}, {"document_id": UUID(int=7)}],
    )
    def test_refuses_other_content(self, app: Session, other: dict[str, object]) -> None:
        receive(app)
        app.commit()

        with pytest.raises(KeyReused):
            receive(app, **other)  # type: ignore[arg-type]  # one of the keywords above
        app.rollback()
        assert balances.balance_of(app, HOLD) == Money(500_00)

    def test_does_not_care_for_the_order_of_lines(self, app: Session) -> None:
        movements = [Movement(CLEARING, HOLD, Money(1)), Movement(accounts.client_bank(), HOLD, Money(2))]
        for order in (movements, movements[::-1]):
            result = post(
                app, kind=Kind.PAYMENT_RECEIVED, key="k", movements=order, occurred_at=NOON, cause=Cause()
            )

        assert result.already_posted

    def test_survives_a_rollback_unused(self, app: Session) -> None:
        receive(app)
        app.rollback()

        assert not receive(app).already_posted


class TestATransaction:
    def test_keeps_its_cause_and_both_times(self, app: Session) -> None:
        receive(app, terms=b"\x33" * 32)

        row = app.execute(text("SELECT * FROM ledger_transactions")).one()
        assert (row.kind, row.payment_id, row.terms_sha256) == ("payment_received", PAYMENT, b"\x33" * 32)
        assert row.occurred_at == NOON
        assert abs(row.recorded_at - datetime.now(UTC)) < timedelta(minutes=1)
        assert row.id.version == 7

    def test_adds_up_lines_of_one_account(self, app: Session) -> None:
        post(
            app,
            kind=Kind.PAYMENT_RECEIVED,
            key="k",
            movements=[Movement(CLEARING, HOLD, Money(1)), Movement(CLEARING, HOLD, Money(2))],
            occurred_at=NOON,
            cause=Cause(),
        )

        lines = app.execute(text("SELECT side, amount_kopecks FROM ledger_entries ORDER BY line_no")).all()
        assert [tuple(line) for line in lines] == [("debit", 3), ("credit", 3)]

    def test_works_inside_a_savepoint(self, app: Session) -> None:
        with app.begin_nested():
            receive(app)
        app.commit()

        assert balances.balance_of(app, HOLD) == Money(500_00)

    @pytest.mark.parametrize("kopecks", [0, -1])
    def test_moves_more_than_nothing(self, kopecks: int) -> None:
        with pytest.raises(ValueError, match="more than nothing"):
            Movement(CLEARING, HOLD, Money(kopecks))

    def test_has_two_ends(self) -> None:
        with pytest.raises(ValueError, match="two ends"):
            Movement(HOLD, HOLD, Money(1))

    def test_needs_a_zone(self, app: Session) -> None:
        with pytest.raises(ValueError, match="zone"):
            receive(app, at=datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001 -- the attack

    @pytest.mark.parametrize("count", [0, 501])
    def test_is_bounded(self, app: Session, count: int) -> None:
        movements = [Movement(CLEARING, accounts.deal_hold(DEAL, step), Money(1)) for step in range(count)]

        with pytest.raises(ValueError, match="between 1 and 500"):
            post(
                app, kind=Kind.PAYMENT_RECEIVED, key="k", movements=movements, occurred_at=NOON, cause=Cause()
            )


def received(key: str, kopecks: int, account: accounts.Account = HOLD) -> Posting:
    movement = Movement(CLEARING, account, Money(kopecks))
    return Posting(Kind.PAYMENT_RECEIVED, key, [movement], NOON, Cause(payment_id=PAYMENT))


class TestManyPostings:
    def test_are_written_at_once_with_an_answer_each(self, app: Session) -> None:
        steps = [accounts.deal_hold(DEAL, number) for number in range(120)]

        results = post_many(app, [received(f"p{number}", 10, step) for number, step in enumerate(steps)])
        app.commit()

        assert [result.already_posted for result in results] == [False] * 120
        assert [balances.balance_of(app, step) for step in steps] == [Money(10)] * 120
        keys = app.execute(text("SELECT id, idempotency_key FROM ledger_transactions")).all()
        assert {row.id: row.idempotency_key for row in keys} == {
            result.transaction_id: f"p{number}" for number, result in enumerate(results)
        }
        assert balances.drifted_accounts(app) == []

    def test_answer_each_repeat_with_its_first_posting(self, app: Session) -> None:
        first = receive(app, key="p1", kopecks=10)
        app.commit()

        results = post_many(app, [received("p0", 5), received("p1", 10), received("p0", 5)])

        assert [result.already_posted for result in results] == [False, True, True]
        assert results[1].transaction_id == first.transaction_id
        assert results[2].transaction_id == results[0].transaction_id
        assert balances.balance_of(app, HOLD) == Money(15)

    @pytest.mark.parametrize("wrong", [received("p1", 11), received("p0", 6)])
    def test_with_a_key_of_other_content_are_all_refused(self, app: Session, wrong: Posting) -> None:
        receive(app, key="p1", kopecks=10)
        app.commit()

        with pytest.raises(KeyReused):
            post_many(app, [received("p0", 5), wrong])
        app.rollback()
        assert balances.balance_of(app, HOLD) == Money(10)

    def test_keep_the_floor_by_their_sum(self, app: Session) -> None:
        out = Posting(Kind.STEP_RELEASED, "out", [Movement(HOLD, CLEARING, Money(7))], NOON, Cause())

        post_many(app, [out, received("in", 7)])
        with pytest.raises(FloorBreached):
            post_many(app, [out._replace(key="out again"), received("in again", 6)])

    def test_have_the_same_content_as_single_ones(self, app: Session) -> None:
        many = received("p0", 5)
        post_many(app, [many])

        assert post(
            app, kind=many.kind, key=many.key, movements=many.movements, occurred_at=NOON, cause=many.cause
        ).already_posted

    @pytest.mark.parametrize("count", [0, 1_001])
    def test_are_bounded(self, app: Session, count: int) -> None:
        with pytest.raises(ValueError, match="between 1 and 1000"):
            post_many(app, [received("p", 5)] * count)


class TestAReversal:
    def test_undoes_its_original(self, app: Session) -> None:
        original = receive(app)
        app.commit()

        result = reverse(app, transaction_id=original.transaction_id, key="wrong payment", occurred_at=NOON)
        app.commit()

        assert not result.already_posted
        assert balances.balance_of(app, HOLD) == Money.zero()
        assert balances.totals(app).debits == Money(1_000_00)

    def test_happens_once(self, app: Session) -> None:
        original = receive(app)
        receive(app, key="another")
        reverse(app, transaction_id=original.transaction_id, key="first", occurred_at=NOON)
        app.commit()

        assert reverse(
            app, transaction_id=original.transaction_id, key="first", occurred_at=NOON
        ).already_posted
        with pytest.raises(AlreadyReversed):
            reverse(app, transaction_id=original.transaction_id, key="second", occurred_at=NOON)

    def test_does_not_take_back_what_is_spent(self, app: Session) -> None:
        original = receive(app)
        post(
            app,
            kind=Kind.STEP_RELEASED,
            key="release",
            movements=[Movement(HOLD, accounts.payable(new_id(), new_id()), Money(500_00))],
            occurred_at=NOON,
            cause=Cause(),
        )

        with pytest.raises(FloorBreached):
            reverse(app, transaction_id=original.transaction_id, key="late", occurred_at=NOON)

    def test_needs_an_original(self, app: Session) -> None:
        with pytest.raises(NoResultFound):
            reverse(app, transaction_id=new_id(), key="none", occurred_at=NOON)


class TestAccounts:
    def test_every_constructor_is_in_the_chart(self, app: Session) -> None:
        one, two = new_id(), new_id()
        chart = [
            accounts.provider_clearing("yookassa"), accounts.provider_deal("tbank", "D-1.2_x"),
            accounts.payout_float("yookassa"), accounts.client_bank(), accounts.platform_cash(),
            accounts.receivable(one, two), accounts.acquiring_fee(), accounts.deal_hold(one, 2),
            accounts.payable(one, two), accounts.payout_in_transit(one), accounts.suspense(one),
            accounts.platform_fee(), accounts.platform_vat(),
        ]  # fmt: skip
        for number, account in enumerate(chart):
            movement = Movement(accounts.own_funds(), account, Money(5))
            if account.kind.value in {"provider_clearing", "payout_float"}:
                movement = Movement(account, accounts.own_funds(), Money(5))
            post(
                app, kind=Kind.OWN_FUNDS_IN, key=f"{number}", movements=[movement], occurred_at=NOON,
                cause=Cause(),
            )  # fmt: skip

        opened = set(app.execute(text("SELECT key FROM ledger_accounts")).scalars())
        assert opened == {account.key for account in chart} | {"own_funds"}

    def test_the_chart_and_the_code_name_the_same_kinds(self, app: Session) -> None:
        assert set(app.execute(text("SELECT kind FROM ledger_chart")).scalars()) == set(accounts.AccountKind)

    @pytest.mark.parametrize("name", ["", "YooKassa", "a:b", "x" * 33])
    def test_a_provider_has_a_plain_name(self, name: str) -> None:
        with pytest.raises(ValueError, match="key"):
            accounts.provider_clearing(name)

    def test_an_account_outside_the_chart_is_a_bug(self, app: Session) -> None:
        with pytest.raises(LedgerRuleError):
            post(
                app, kind=Kind.OWN_FUNDS_IN, key="k", occurred_at=NOON, cause=Cause(),
                movements=[Movement(accounts.Account("wallet:1"), HOLD, Money(1))],
            )  # fmt: skip

    def test_an_unused_account_is_empty(self, app: Session) -> None:
        assert balances.balance_of(app, accounts.payable(new_id(), new_id())) == Money.zero()
