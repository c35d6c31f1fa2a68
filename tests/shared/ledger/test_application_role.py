"""Attacks on the ledger by raw SQL as the application, which may only read it and call ``ledger_post``."""

import json

import pytest
from sqlalchemy import text

from shared.db.session import transaction
from shared.kernel.money import Money
from shared.ledger import balances
from tests.shared.ledger.by_hand import CHANGES, REMOVALS, TABLES, WRITES, Books, Connect, posting, refused


@pytest.fixture
def books(database: object) -> Books:
    return Books()


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
            "SELECT ledger_content_hash('x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]')",
            "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "INSERT INTO ledger_postings (posting) VALUES ('{}')",
            "INSERT INTO ledger_posting_batches (postings) VALUES ('[]')",
            "SELECT ledger_open_accounts('{client_bank}')",
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
        ("debit", "credit", "code"), [(5, 4, "HL001"), (0, 0, "23514"), (-5, -5, "23514"), (10**16, 10**16, "23514")]
    )  # fmt: skip
    def test_posts_many_of_which_every_one_is_balanced(
        self, books: Books, connect: Connect, debit: int, credit: int, code: str
    ) -> None:
        attack = "SELECT * FROM ledger_post_many(CAST(:postings AS JSONB))"
        # The second makes up for the first: together they are balanced.
        both = f"[{posting(books, debit, credit)}, {posting(books, credit, debit)}]"

        assert refused(connect("app"), attack, postings=both)[0] == code

    @pytest.mark.parametrize("call", ["ledger_post(CAST(:it AS JSONB))", "ledger_post_many(jsonb_build_array(CAST(:it AS JSONB)))"])  # fmt: skip
    def test_reverses_by_a_mirror_only(self, books: Books, connect: Connect, call: str) -> None:
        half = json.loads(posting(books, 5, 5)) | {
            "kind": "reversal",
            "reverses_id": str(books.transaction_id),
        }
        for line in half["lines"]:
            line["side"] = "credit" if line["side"] == "debit" else "debit"

        assert refused(connect("app"), f"SELECT * FROM {call}", it=json.dumps(half))[0] == "HL006"  # noqa: S608 -- ours

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
