"""Attacks on the ledger by raw SQL as the owner of its tables and as a superuser, whom no grant holds back."""

import json

import pytest
from sqlalchemy import Connection, text

from shared.kernel.identifiers import new_id
from shared.ledger import accounts
from tests.shared.ledger.by_hand import (
    CHANGES,
    ENTRY,
    REMOVALS,
    TABLES,
    Books,
    Connect,
    hashed,
    insert_transaction,
    pair,
    refused,
)


@pytest.fixture
def books(database: object) -> Books:
    return Books()


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
