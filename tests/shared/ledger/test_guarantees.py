"""Attacks on the ledger by raw SQL: as the application, as the owner of the tables, as a superuser."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from shared.db.session import transaction
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances, flows

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TABLES = ("ledger_chart", "ledger_accounts", "ledger_balances", "ledger_transactions", "ledger_entries")
WRITES = {
    "ledger_chart": "INSERT INTO ledger_chart VALUES ('gift', 'credit', false, '{}')",
    "ledger_accounts": "INSERT INTO ledger_accounts (key) VALUES ('client_bank')",
    "ledger_balances": "INSERT INTO ledger_balances VALUES (gen_random_uuid(), 100)",
    "ledger_transactions": "INSERT INTO ledger_transactions (id) VALUES (gen_random_uuid())",
    "ledger_entries": "INSERT INTO ledger_entries VALUES (gen_random_uuid(), 1, gen_random_uuid(), 'debit', 1)",
}
CHANGES = {
    "ledger_chart": "UPDATE ledger_chart SET has_floor = false",
    "ledger_accounts": "UPDATE ledger_accounts SET has_floor = false",
    "ledger_balances": "UPDATE ledger_balances SET balance_kopecks = balance_kopecks + 1",
    "ledger_transactions": "UPDATE ledger_transactions SET occurred_at = now()",
    "ledger_entries": "UPDATE ledger_entries SET amount_kopecks = amount_kopecks + 1",
}
REMOVALS = {
    table: ("DELETE FROM " + table, f"TRUNCATE {table} CASCADE")  # noqa: S608 -- our own table names
    for table in TABLES
}
Connect = Callable[[str], Connection]


class Books:
    """One payment of 1 000.00 has been received and committed."""

    def __init__(self) -> None:
        self.deal_id, self.payment_id = new_id(), new_id()
        self.hold, self.clearing = accounts.deal_hold(self.deal_id, 1), accounts.provider_clearing("yookassa")
        with transaction() as session:
            received = flows.payment_received(
                session, provider="yookassa", payment_id=self.payment_id, deal_id=self.deal_id, step_no=1,
                gross=Money(1_000_00), terms_sha256=b"\x11" * 32, occurred_at=NOON,
            )  # fmt: skip
        self.transaction_id = received.transaction_id


@pytest.fixture
def books(database: object) -> Books:
    return Books()


def attempt(connection: Connection, statement: str, values: dict[str, object]) -> None:
    connection.execute(text(statement), values)
    connection.commit()


def refused(connection: Connection, statement: str, **values: object) -> tuple[str, str]:
    """Run it, and commit; returns SQLSTATE and constraint of the refusal. Fails the test if it passes."""
    with pytest.raises(DBAPIError) as caught:
        attempt(connection, statement, values)
    connection.rollback()
    assert caught.value.orig is not None
    fields = caught.value.orig.args[0]
    return fields["C"], fields.get("n", "")


def insert_transaction(connection: Connection, *, kind: str = "payment_received", **fields: object) -> UUID:
    """A transaction's row by hand, with the hash that its lines would have if ``lines`` are given."""
    new = new_id()
    lines = json.dumps(fields.pop("lines", []))
    connection.execute(
        text(
            "INSERT INTO ledger_transactions (id, kind, idempotency_key, content_hash, occurred_at, reverses_id)"
            " VALUES (:id, :kind, :key, ledger_content_hash(:kind, NULL, NULL, NULL, NULL, NULL, :reverses,"
            " CAST(:lines AS JSONB)), now(), :reverses)"
        ),
        {
            "id": new,
            "kind": kind,
            "key": f"by-hand:{new}",
            "lines": lines,
            "reverses": fields.get("reverses"),
        },
    )
    return new


ENTRY = (
    "INSERT INTO ledger_entries SELECT :transaction_id, l.line_no, a.id, l.side, l.kopecks"
    " FROM jsonb_to_recordset(CAST(:lines AS JSONB)) AS l (line_no smallint, account text, side text, kopecks bigint)"
    " LEFT JOIN ledger_accounts a ON a.key = l.account"
)


def pair(books: Books, debit: int, credit: int, first_line: int = 1) -> str:
    return json.dumps(
        [
            {"line_no": first_line, "account": books.clearing.key, "side": "debit", "kopecks": debit},
            {"line_no": first_line + 1, "account": books.hold.key, "side": "credit", "kopecks": credit},
        ]
    )


def hashed(books: Books, kopecks: int, *, mirrored: bool = False) -> list[list[str | int]]:
    """The two lines as the content hash takes them."""
    sides = ("debit", "credit") if mirrored else ("credit", "debit")
    return [[books.hold.key, sides[0], kopecks], [books.clearing.key, sides[1], kopecks]]


class TestTheApplication:
    @pytest.mark.parametrize("table", TABLES)
    def test_writes_no_table_of_the_ledger(self, books: Books, connect: Connect, table: str) -> None:
        app = connect("app")

        for attack in (WRITES[table], CHANGES[table], *REMOVALS[table]):
            assert refused(app, attack)[0] == "42501", attack

    @pytest.mark.parametrize(
        "attack",
        [
            "SELECT ledger_lines(gen_random_uuid(), false)",
            "SELECT ledger_content_hash('x', NULL, NULL, NULL, NULL, NULL, NULL, '[]')",
            "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "CREATE TABLE mine (id int)",
            "DROP FUNCTION ledger_post(jsonb)",
            "SET ROLE housler_owner",
        ],
    )
    def test_has_no_other_way_in(self, books: Books, connect: Connect, attack: str) -> None:
        assert refused(connect("app"), attack)[0] == "42501"

    def test_can_not_lend_the_posting_function_tables_of_its_own(
        self, books: Books, connect: Connect
    ) -> None:
        app = connect("app")
        app.execute(text("CREATE TEMPORARY TABLE ledger_transactions (id uuid)"))
        app.execute(text("CREATE TEMPORARY TABLE ledger_accounts (id uuid, key text)"))
        app.execute(text("SET search_path = pg_temp, public"))

        app.execute(
            text("SELECT * FROM ledger_post(CAST(:posting AS JSONB))"), {"posting": posting(books, 5, 5)}
        )
        app.commit()

        with transaction() as session:
            assert balances.balance_of(session, books.hold) == Money(1_000_05)

    @pytest.mark.parametrize(
        ("debit", "credit", "code"), [(5, 4, "HL001"), (0, 0, "23514"), (-5, -5, "23514"), (10**16, 10**16, "23514")]
    )  # fmt: skip
    def test_posts_balanced_and_bounded_sums_only(
        self, books: Books, connect: Connect, debit: int, credit: int, code: str
    ) -> None:
        attack = "SELECT * FROM ledger_post(CAST(:posting AS JSONB))"

        assert refused(connect("app"), attack, posting=posting(books, debit, credit))[0] == code

    @pytest.mark.parametrize(
        ("lines", "code"),
        [
            ([], "HL001"),
            ([{"account": "client_bank", "side": "debit", "kopecks": 5}], "HL001"),
            ([{"account": "wallet:1", "side": "debit", "kopecks": 5}], "HL005"),
            ([{"account": "deal_hold:1", "side": "debit", "kopecks": 5}], "HL005"),
            ([{"account": "client_bank:", "side": "debit", "kopecks": 5}], "HL005"),
            ([{"account": None, "side": "debit", "kopecks": 5}], "HL005"),
            ([{"account": "client_bank", "side": "debit", "kopecks": 5.5}], "22P02"),
            ([{"account": "client_bank", "side": "left", "kopecks": 5}], "23514"),
            ([{"account": "client_bank", "side": "debit", "kopecks": None}], "23502"),
        ],
    )
    def test_posts_whole_lines_to_known_accounts_only(
        self, books: Books, connect: Connect, lines: list[object], code: str
    ) -> None:
        wrong = json.loads(posting(books, 5, 5)) | {"lines": lines}

        attack = "SELECT * FROM ledger_post(CAST(:posting AS JSONB))"
        assert refused(connect("app"), attack, posting=json.dumps(wrong))[0] == code


def posting(books: Books, debit: int, credit: int) -> str:
    lines = json.loads(pair(books, debit, credit))
    new = str(new_id())
    return json.dumps(
        {"id": new, "kind": "payment_received", "key": new, "occurred_at": NOON.isoformat(), "lines": lines}
    )


@pytest.fixture(params=["owner", "superuser", "superuser as a replica"])
def powerful(request: pytest.FixtureRequest, connect: Connect) -> Connection:
    """Roles that grants don't hold back: what refuses them is the tables' own guard."""
    connection = connect("owner" if request.param == "owner" else "admin")
    if request.param.endswith("replica"):
        connection.execute(text("SET session_replication_role = replica"))
        connection.commit()
    return connection


class TestWhoeverWrites:
    @pytest.mark.parametrize("table", TABLES)
    def test_nothing_is_changed_or_removed(self, books: Books, powerful: Connection, table: str) -> None:
        attacks = [CHANGES[table], *REMOVALS[table]]

        assert {refused(powerful, attack)[0] for attack in attacks} == {"HL002"}

    def test_a_balance_is_not_written_by_hand(self, books: Books, powerful: Connection) -> None:
        attacks = [
            "UPDATE ledger_balances SET balance_kopecks = 0",
            "INSERT INTO ledger_balances SELECT id, 5 FROM ledger_accounts WHERE NOT has_floor",
            "INSERT INTO ledger_balances SELECT account_id, 5 FROM ledger_balances"  # noqa: ISC004 -- one statement
            " ON CONFLICT (account_id) DO UPDATE SET balance_kopecks = 5",
        ]

        assert {refused(powerful, attack)[0] for attack in attacks} == {"HL002"}

    def test_a_transaction_without_entries_is_not_committed(self, books: Books, powerful: Connection) -> None:
        insert_transaction(powerful)

        assert refused(powerful, "SELECT 1")[0] == "HL001"

    @pytest.mark.parametrize(("debit", "credit"), [(5, 4), (4, 5)])
    def test_unequal_sides_are_refused(
        self, books: Books, powerful: Connection, debit: int, credit: int
    ) -> None:
        new = insert_transaction(powerful)

        code, _ = refused(powerful, ENTRY, transaction_id=new, lines=pair(books, debit, credit))
        assert code == "HL001"

    def test_a_single_entry_is_refused(self, books: Books, powerful: Connection) -> None:
        new = insert_transaction(powerful)
        one = json.dumps(json.loads(pair(books, 5, 5))[:1])

        assert refused(powerful, ENTRY, transaction_id=new, lines=one)[0] == "HL001"

    def test_a_balanced_pair_is_not_appended_to_an_old_transaction(
        self, books: Books, powerful: Connection
    ) -> None:
        code, _ = refused(
            powerful, ENTRY, transaction_id=books.transaction_id, lines=pair(books, 5, 5, first_line=3)
        )
        assert code == "HL004"

    def test_nothing_is_added_once_the_checks_have_run(self, books: Books, powerful: Connection) -> None:
        new = insert_transaction(powerful, lines=hashed(books, 5))
        powerful.execute(text(ENTRY), {"transaction_id": new, "lines": pair(books, 5, 5)})
        powerful.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

        code, _ = refused(powerful, ENTRY, transaction_id=new, lines=pair(books, 7, 7, first_line=3))
        assert code == "HL004"

    def test_a_forged_transaction_number_does_not_open_an_old_transaction(
        self, books: Books, powerful: Connection
    ) -> None:
        # The number is stamped by the database, whatever the writer says.
        new = new_id()
        powerful.execute(
            text(
                "INSERT INTO ledger_transactions (id, kind, idempotency_key, content_hash, occurred_at, xid, recorded_at)"
                " VALUES (:id, 'payment_received', 'forged', sha256('x'), now(), 1, '1999-01-01Z')"
            ),
            {"id": new},
        )

        stamped = powerful.execute(
            text(
                "SELECT xid = pg_current_xact_id()::text::bigint, recorded_at > now() - interval '1 minute'"
                " FROM ledger_transactions WHERE id = :id"
            ),
            {"id": new},
        ).one()
        assert tuple(stamped) == (True, True)

    def test_a_content_hash_must_be_of_the_content(self, books: Books, powerful: Connection) -> None:
        new = insert_transaction(powerful, lines=hashed(books, 6))
        powerful.execute(text(ENTRY), {"transaction_id": new, "lines": pair(books, 5, 5)})

        assert refused(powerful, "SELECT 1")[0] == "HL003"

    def test_entries_of_no_account_are_refused(self, books: Books, powerful: Connection) -> None:
        new = insert_transaction(powerful)
        attack = (
            "INSERT INTO ledger_entries VALUES (:id, 1, :nobody, 'debit', 5), (:id, 2, :nobody, 'credit', 5)"
        )

        assert refused(powerful, attack, id=new, nobody=new_id())[0] in {"HL005", "23503"}

    def test_a_floor_holds(self, books: Books, powerful: Connection) -> None:
        new = insert_transaction(powerful)
        drain = json.dumps(
            [
                {"line_no": 1, "account": books.hold.key, "side": "debit", "kopecks": 1_000_01},
                {"line_no": 2, "account": books.clearing.key, "side": "credit", "kopecks": 1_000_01},
            ]
        )

        broken = refused(powerful, ENTRY, transaction_id=new, lines=drain)
        assert broken == ("23514", "ck_ledger_balances_floor")

    def test_an_account_can_not_be_opened_without_its_floor(self, books: Books, powerful: Connection) -> None:
        key = accounts.payable(new_id(), new_id()).key
        powerful.execute(
            text("INSERT INTO ledger_accounts (key, kind, normal_side, has_floor) VALUES (:key, 'own_funds', 'debit', false)"),
            {"key": key},
        )  # fmt: skip

        described = powerful.execute(
            text(
                "SELECT kind, normal_side, has_floor, b.balance_kopecks FROM ledger_accounts"
                " JOIN ledger_balances b ON b.account_id = id WHERE key = :key"
            ),
            {"key": key},
        ).one()
        assert tuple(described) == ("payable", "credit", True, 0)

    def test_an_account_has_one_spelling(self, books: Books, powerful: Connection) -> None:
        other = f"deal_hold:{str(books.deal_id).upper()}:01"

        assert refused(powerful, "INSERT INTO ledger_accounts (key) VALUES (:key)", key=other)[0] == "HL005"

    def test_a_key_is_used_once(self, books: Books, powerful: Connection) -> None:
        attack = (
            "INSERT INTO ledger_transactions (id, kind, idempotency_key, content_hash, occurred_at)"
            " SELECT gen_random_uuid(), kind, idempotency_key, content_hash, now() FROM ledger_transactions"
        )

        assert refused(powerful, attack) == ("23505", "uq_ledger_transactions_idempotency_key")

    def test_a_reversal_mirrors_its_original(self, books: Books, powerful: Connection) -> None:
        new = insert_transaction(
            powerful, kind="reversal", reverses=books.transaction_id, lines=hashed(books, 5, mirrored=True)
        )
        partial = [
            {"line_no": 1, "account": books.hold.key, "side": "debit", "kopecks": 5},
            {"line_no": 2, "account": books.clearing.key, "side": "credit", "kopecks": 5},
        ]
        powerful.execute(text(ENTRY), {"transaction_id": new, "lines": json.dumps(partial)})

        assert refused(powerful, "SELECT 1")[0] == "HL006"


class TestTheOwner:
    def test_can_not_switch_the_triggers_off_by_the_replication_role(
        self, books: Books, owner: Connection
    ) -> None:
        assert refused(owner, "SET session_replication_role = replica")[0] == "42501"
