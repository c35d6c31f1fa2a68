"""Every attack is a superuser's, by plain SQL past the triggers; each is found and named."""

from uuid import UUID

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from infra.verify.findings import Wrong
from tests.infra.verify.logs import Attack, chain_anew, first, found, verify
from tests.shared.audit.world import MINUTE, NOW, Folder, run, write


class TestAnEdit:
    @pytest.mark.parametrize(
        "change",
        [
            "action = 'deal.cancelled'",
            "actor_id = gen_random_uuid()",
            "entity_kind = 'user'",
            "entity_id = gen_random_uuid()",
            "before = NULL",
            """after = after || '{"revision": 2}'""",
            """after = '{"status": "submitted", "revision": "1", "urgent": false, "reason": null}'""",
            "ip = '203.0.113.8'",
            "user_agent = NULL",
            "request_id = 'another'",
            "recorded_at = recorded_at + interval '1 microsecond'",
            "recorded_at = 'infinity'",
        ],
    )
    def test_of_any_column_is_found_where_it_was_made(
        self, sealed_log: list[str], attack: Attack, folder: Folder, change: str
    ) -> None:
        attack(f"UPDATE audit_logs SET {change} WHERE id = :id", id=UUID(sealed_log[4]))  # noqa: S608 -- ours

        report = verify(folder)

        assert found(report) == [(Wrong.EDITED, 5)]
        assert first(report) == (Wrong.EDITED, 5, sealed_log[4])

    def test_of_the_moment_of_chaining_is_found(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack("UPDATE audit_chain SET chained_at = chained_at + interval '1 second' WHERE position = 5")

        assert first(verify(folder)) == (Wrong.EDITED, 5, sealed_log[4])

    def test_with_the_hashes_made_anew_is_found_by_the_next_seal(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack("UPDATE audit_logs SET action = 'x' WHERE id = :id", id=UUID(sealed_log[4]))
        chain_anew(administrator, attack)

        # Of the three seals that of position 3 is right still.
        assert found(verify(folder)) == [(Wrong.REWRITTEN, 4)] * 2

    def test_with_hashes_and_the_databases_seals_made_anew_is_found_outside(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack("UPDATE audit_logs SET action = 'x' WHERE id = :id", id=UUID(sealed_log[4]))
        chain_anew(administrator, attack)
        attack(
            "UPDATE audit_seals SET hash = (SELECT hash FROM audit_chain c WHERE c.position = audit_seals.position)"
        )

        wrongs = {each.wrong for each in verify(folder).findings}

        assert {Wrong.FORGED, Wrong.REWRITTEN} <= wrongs


class TestADeletion:
    def test_of_a_line_is_found_where_it_was(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack("DELETE FROM audit_logs WHERE id = :id", id=UUID(sealed_log[4]))

        report = verify(folder)

        assert found(report) == [(Wrong.DELETED, 5)]
        assert first(report) == (Wrong.DELETED, 5, sealed_log[4])

    def test_of_a_line_and_its_link_leaves_a_gap(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack(
            "DELETE FROM audit_logs WHERE id = :id",
            "DELETE FROM audit_chain WHERE audit_id = :id",
            id=UUID(sealed_log[4]),
        )

        assert found(verify(folder)) == [(Wrong.GAP, 5)]

    def test_with_the_rest_moved_up_and_the_hashes_made_anew_is_found(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack(
            "DELETE FROM audit_logs WHERE id = :id",
            "DELETE FROM audit_chain WHERE audit_id = :id",
            "UPDATE audit_chain SET position = position + 1000 WHERE position > 5",
            "UPDATE audit_chain SET position = position - 1001 WHERE position > 1000",
            id=UUID(sealed_log[4]),
        )
        chain_anew(administrator, attack)

        wrongs = found(verify(folder))

        assert wrongs[0] == (Wrong.REWRITTEN, 4)
        assert (Wrong.CUT, 9) in wrongs

    def test_before_the_line_was_chained_is_found(
        self, sealed_log: list[str], app: Session, attack: Attack, folder: Folder
    ) -> None:
        write(app, action="not.chained", at=NOW + 3 * MINUTE)
        attack("DELETE FROM audit_logs WHERE action = 'not.chained'")
        run(folder, at=NOW + 3 * MINUTE)

        assert found(verify(folder)) == [(Wrong.DELETED, None)]


class TestAReordering:
    def test_is_found_where_it_begins(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack(
            "UPDATE audit_chain SET audit_id = gen_random_uuid() WHERE position = 4",
            "UPDATE audit_chain SET audit_id = :fourth WHERE position = 5",
            "UPDATE audit_chain SET audit_id = :fifth WHERE position = 4",
            fourth=UUID(sealed_log[3]),
            fifth=UUID(sealed_log[4]),
        )

        report = verify(folder)
        assert found(report) == [(Wrong.EDITED, 4), (Wrong.EDITED, 5)]
        assert first(report) == (Wrong.EDITED, 4, sealed_log[4])

        chain_anew(administrator, attack)
        assert first(verify(folder))[:2] == (Wrong.REWRITTEN, 4)
