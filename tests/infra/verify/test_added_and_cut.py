"""Every attack is a superuser's, by plain SQL past the triggers; each is found and named."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from infra.verify.findings import Wrong
from shared.audit import seals
from shared.kernel.identifiers import new_id
from tests.infra.verify.logs import LATER, Attack, chain_anew, first, found, verify
from tests.shared.audit.world import MINUTE, NOW, Folder, run, write


class TestAnInsertion:
    def test_of_a_back_dated_line_is_found_once_it_is_chained(
        self, sealed_log: list[str], app: Session, folder: Folder
    ) -> None:
        """By whoever may write lines: no trigger is off, and the chainer takes it in good faith."""
        run(folder, at=LATER)
        write(app, at=NOW - timedelta(days=3))
        run(folder, at=LATER + MINUTE)

        assert found(verify(folder, at=LATER + 2 * MINUTE)) == [(Wrong.BACK_DATED, 10)]

    def test_is_found_where_nothing_had_happened_for_hours(
        self, sealed_log: list[str], app: Session, folder: Folder
    ) -> None:
        for minute in range(3, 300):
            run(folder, at=NOW + minute * MINUTE)
        write(app, at=NOW + timedelta(hours=3))
        run(folder, at=LATER)

        assert found(verify(folder, at=LATER + MINUTE)) == [(Wrong.BACK_DATED, 10)]

    def test_of_a_line_that_the_chainer_never_hears_of_is_found(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack(
            "INSERT INTO audit_logs (id, action, entity_kind, entity_id, request_id, recorded_at)"
            " VALUES (gen_random_uuid(), 'x', 'deal', gen_random_uuid(), '-', :at)",
            at=NOW - timedelta(days=3),
        )
        run(folder, at=NOW + 3 * MINUTE)

        assert found(verify(folder, at=NOW + 4 * MINUTE)) == [(Wrong.NOT_CHAINED, None)]

    def test_of_a_line_with_a_link_of_its_own_is_found(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack(
            "INSERT INTO audit_logs (id, action, entity_kind, entity_id, request_id, recorded_at)"
            " VALUES (:id, 'x', 'deal', :id, '-', :at)",
            "UPDATE audit_chain SET position = position + 1000 WHERE position >= 5",
            "UPDATE audit_chain SET position = position - 999 WHERE position > 1000",
            "INSERT INTO audit_chain (position, audit_id, hash, chained_at) VALUES (5, :id, sha256('x'), :at)",
            id=new_id(),
            at=NOW + MINUTE,
        )
        assert first(verify(folder))[:2] == (Wrong.EDITED, 5)

        chain_anew(administrator, attack)
        assert first(verify(folder))[:2] == (Wrong.REWRITTEN, 4)

    def test_dated_ahead_is_found(self, sealed_log: list[str], app: Session, folder: Folder) -> None:
        write(app, at=LATER)
        assert found(verify(folder)) == [(Wrong.NOT_CHAINED, None)]

        run(folder, at=NOW + 3 * MINUTE)
        assert found(verify(folder)) == [(Wrong.DATED_AHEAD, 10)]


class TestACutTail:
    LINES = "DELETE FROM audit_logs WHERE id IN (SELECT audit_id FROM audit_chain WHERE position > 7)"
    LINKS = "DELETE FROM audit_chain WHERE position > 7"
    SEALS = "DELETE FROM audit_seals WHERE position > 7"

    def test_is_found_by_the_databases_seals(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack(self.LINES, self.LINKS)

        assert first(verify(folder))[:2] == (Wrong.CUT, 8)

    def test_is_found_by_the_seals_outside_when_those_were_cut_too(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack(self.LINES, self.LINKS, self.SEALS)

        wrongs = found(verify(folder))

        assert (Wrong.CUT, 8) in wrongs
        assert (Wrong.SEAL_LOST, 9) in wrongs

    def test_is_found_after_the_log_grew_over_it(
        self, sealed_log: list[str], app: Session, attack: Attack, folder: Folder
    ) -> None:
        attack(self.LINES, self.LINKS, self.SEALS)
        write(app, 5, at=NOW + 3 * MINUTE)
        run(folder, at=NOW + 3 * MINUTE)

        wrongs = found(verify(folder, at=NOW + 4 * MINUTE))

        assert (Wrong.REWRITTEN, 7) in wrongs
        assert (Wrong.SEAL_LOST, 9) in wrongs

    def test_of_everything_is_found(self, sealed_log: list[str], attack: Attack, folder: Folder) -> None:
        attack("DELETE FROM audit_seals", "DELETE FROM audit_chain", "DELETE FROM audit_logs")

        assert first(verify(folder))[:2] == (Wrong.CUT, 1)


class TestASeal:
    def test_that_none_of_our_keys_made_is_found(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack("UPDATE audit_seals SET seal = sha256('guess') WHERE position = 6")

        assert (Wrong.FORGED, 6) in found(verify(folder))

    def test_by_a_key_that_was_taken_away_is_forged(self, sealed_log: list[str], folder: Folder) -> None:
        report = verify(folder, keys={"other": hashlib.sha256(b"other").digest()})

        assert {each.wrong for each in report.findings} == {Wrong.FORGED}

    @pytest.mark.parametrize("content", [b"{}", b"not json"])
    def test_file_that_is_none_is_found(self, sealed_log: list[str], folder: Folder, content: bytes) -> None:
        key = list(folder.keys(seals.FOLDER))[1]
        folder.put(key, content, content_type="application/json")

        report = verify(folder, at=LATER)

        assert {each.wrong for each in report.findings} == {Wrong.FORGED, Wrong.SEAL_LOST}

    def test_file_under_another_name_is_found(self, sealed_log: list[str], folder: Folder) -> None:
        one, other, _ = list(folder.keys(seals.FOLDER))
        folder.put(other, folder.get(one), content_type="application/json")

        assert Wrong.FORGED in {each.wrong for each in verify(folder).findings}

    def test_missing_outside_is_found_once_it_is_old(self, sealed_log: list[str], folder: Folder) -> None:
        folder.remove(list(folder.keys(seals.FOLDER))[1])

        assert found(verify(folder)) == []
        assert found(verify(folder, at=LATER)) == [(Wrong.SEAL_LOST, 6)]

    def test_missing_everywhere_leaves_the_end_unsealed(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack("DELETE FROM audit_seals")
        for key in list(folder.keys(seals.FOLDER)):
            folder.remove(key)

        assert found(verify(folder, at=LATER)) == [(Wrong.UNSEALED, 9)]
