import os
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text, update

from infra import rotate_keys
from infra.rotation import indexes
from infra.rotation.columns import COLUMNS
from shared.antifraud.models import BlacklistEntry, BlacklistField
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.organizations.invitation_models import Invitation
from shared.receipts.npd_models import NpdBinding
from shared.users import service as users
from shared.users.models import User
from shared.vault import service as vault
from shared.vault.models import KeyOwner, PersonKey
from tests.builders import people
from tests.builders.town import a_town
from tests.infra.rotation.conftest import Use

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotate_keys, "_PAUSE_SECONDS", 0.01)


@pytest.fixture
def now(database: object) -> datetime:
    return utc_now()


def lines(capture: Capture) -> list[str]:
    return capture.readouterr().out.splitlines()


def one(query: Any) -> Any:
    with transaction() as session:
        return session.execute(query).one()


class TestRotating:
    def test_leaves_nothing_to_the_old_keys(self, now: datetime, use: Use, capsys: Capture) -> None:
        use("old")
        town = a_town(now, size=4)
        use("new", "old")

        assert rotate_keys.main(["--batch", "3"]) == 0

        told = lines(capsys)
        assert "Ring key old is used by 0 rows: it may leave the ring." in told
        assert (
            "Index key old is used by 0 rows whose values are known: it may leave, but for what follows."
            in told
        )
        assert told[-1] == "Nothing is left to do."
        use("new")
        with transaction() as session:
            for agent in town.agents:
                assert users.contacts_of(session, agent.id).phone == agent.phone
                found = users.find_by_phone(session, str(agent.phone))
                assert found is not None
                assert found.id == agent.id

    def test_says_how_much_it_did(self, now: datetime, use: Use, capsys: Capture) -> None:
        use("old")
        with transaction() as session:
            people.an_agent(session, now)
        use("new", "old")

        rotate_keys.main([])

        told = lines(capsys)
        assert "users.phone_index: 1 written anew" in told
        assert "users.email_index: no rows" in told
        assert "user_profiles.inn_index: 1 written anew" in told

    def test_reads_the_values_of_every_column(self, now: datetime, use: Use, capsys: Capture) -> None:
        use("old")
        a_town(now, size=2)
        use("new", "old")

        rotate_keys.main([])

        told = dict(line.split(": ", 1) for line in lines(capsys) if "_index: " in line and line[0] != " ")
        assert told.keys() == {each.name for each in COLUMNS}
        assert {re.sub(r"\d+", "N", each) for each in told.values()} == {"N written anew"}

    def test_repeated_changes_nothing(
        self, now: datetime, use: Use, capsys: Capture, owner: Connection
    ) -> None:
        use("old")
        a_town(now, size=2)
        use("new", "old")
        rotate_keys.main([])
        written = owner.execute(text("SELECT owner_id, wrapped_key FROM person_keys ORDER BY 1")).all()
        owner.rollback()
        lines(capsys)

        assert rotate_keys.main([]) == 0

        assert (
            owner.execute(text("SELECT owner_id, wrapped_key FROM person_keys ORDER BY 1")).all() == written
        )
        assert not [line for line in lines(capsys) if "written anew" in line]

    def test_goes_on_where_it_was_stopped(
        self, now: datetime, use: Use, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use("old")
        a_town(now, size=3)
        use("new", "old")
        real, calls = indexes.reindex, iter(range(2))

        def stopped(*given: Any, **named: Any) -> Any:
            if next(calls, None) is None:
                raise KeyboardInterrupt
            return real(*given, **named)

        with monkeypatch.context() as patched:
            patched.setattr(indexes, "reindex", stopped)
            with pytest.raises(KeyboardInterrupt):
                rotate_keys.main(["--batch", "2"])

        assert rotate_keys.main(["--check"]) == 1
        assert rotate_keys.main([]) == 0
        assert rotate_keys.main(["--check"]) == 0

    def test_leaves_what_was_erased_erased(self, now: datetime, use: Use) -> None:
        use("old")
        with transaction() as session:
            agent = people.an_agent(session, now)
        with transaction() as session:
            vault.destroy(session, [agent.id], now=now)
        use("new", "old")

        assert rotate_keys.main([]) == 0

        row = one(select(PersonKey.wrapped_key, PersonKey.destroyed_at).where(PersonKey.owner_id == agent.id))
        assert row.wrapped_key is None
        assert row.destroyed_at is not None


class TestChecking:
    def test_only_counts(self, now: datetime, use: Use, capsys: Capture, owner: Connection) -> None:
        use("old")
        with transaction() as session:
            people.an_agent(session, now)
        use("new", "old")
        before = owner.execute(text("SELECT phone_index, xmin::text FROM users")).all()
        owner.rollback()

        assert rotate_keys.main(["--check"]) == 1

        told = lines(capsys)
        assert "users.phone_index: 1 of older keys" in told
        assert "Index key old is used by 2 rows whose values are known: it must stay." in told
        assert owner.execute(text("SELECT phone_index, xmin::text FROM users")).all() == before

    def test_tells_of_what_has_no_value(self, now: datetime, use: Use, capsys: Capture) -> None:
        use("old")
        with transaction() as session:
            agent = people.an_agent(session, now)
            session.add(
                BlacklistEntry(
                    field=BlacklistField.PHONE,
                    value_index=vault.index_of("phone", people.a_phone()),
                    reason="fraud",
                    created_by=agent.id,
                    created_at=now,
                )
            )
        use("new", "old")

        rotate_keys.main([])

        assert (
            "  blacklist.value_index (1 rows): for ever: a barred value is kept as its index only"
            in lines(capsys)
        )


class TestARowThatARequestHolds:
    def test_is_passed_over_and_taken_by_the_next_run(
        self, now: datetime, use: Use, capsys: Capture, connect: Callable[[str], Connection]
    ) -> None:
        use("old")
        with transaction() as session:
            held, free = people.an_agent(session, now), people.an_agent(session, now)
        use("new", "old")
        request = connect("app")
        request.execute(select(User).where(User.id == held.id).with_for_update())
        request.execute(select(PersonKey).where(PersonKey.owner_id == held.id).with_for_update())

        assert rotate_keys.main([]) == 1

        told = lines(capsys)
        assert "users.phone_index: 1 written anew, 1 of older keys" in told
        assert "Ring key old is used by 1 rows: it must stay in the ring." in told
        assert self._ring_key(free.id) == "new"
        request.rollback()
        assert rotate_keys.main([]) == 0
        assert self._ring_key(held.id) == "new"

    @staticmethod
    def _ring_key(owner_id: UUID) -> str:
        return str(one(select(PersonKey.ring_key_id).where(PersonKey.owner_id == owner_id))[0])


class TestWhatDoesNotFit:
    def test_an_index_that_finds_nobody_stays_so(self, now: datetime, use: Use, capsys: Capture) -> None:
        """Erasure leaves random bytes where an index must be."""
        use("old")
        a_town(now, size=1)
        nobody = os.urandom(32)
        with transaction() as session:
            session.execute(update(Invitation).values(address_index=nobody))
        use("new", "old")

        assert rotate_keys.main([]) == 0

        assert "invitations.address_index: 1 of another value or of nothing" in lines(capsys)
        assert one(select(Invitation.address_index))[0] == nobody

    def test_the_same_proved_phone_under_two_keys_is_told(
        self, now: datetime, use: Use, capsys: Capture
    ) -> None:
        """Two functions that wrote with different active keys at the same moment."""
        use("old")
        phone = people.a_phone()
        with transaction() as session:
            first = users.create(session, phone=phone, phone_verified_at=now, now=now)
            other = people.an_agent(session, now)
        use("new", "old")
        with transaction() as session:
            users.create(session, phone=phone, phone_verified_at=now, now=now)

        assert rotate_keys.main([]) == 1

        told = lines(capsys)
        assert (
            f"users.phone_index: 1 written anew, 1 current; another row has the same value: {first.id}"
            in told
        )
        assert "Index key old is used by 0 rows whose values are known: it must stay." in told
        with transaction() as session:
            assert users.find_by_phone(session, str(other.phone)) is not None

    def test_a_held_inn_of_before_is_left(self, now: datetime, use: Use, capsys: Capture) -> None:
        use("old")
        former = people.a_person_inn()
        town = a_town(now, size=1)
        with transaction() as session:
            session.execute(update(NpdBinding).values(held_inn_index=vault.index_of("inn", former)))
            kept = vault.index_of("inn", former)
        use("new", "old")

        assert rotate_keys.main([]) == 0

        assert "npd_bindings.held_inn_index: 1 of another value or of nothing" in lines(capsys)
        row = one(select(NpdBinding.inn_index, NpdBinding.held_inn_index))
        assert row == (vault.index_of("inn", str(town.agents[0].inn)), kept)

    def test_a_key_that_the_ring_lost_is_told(self, now: datetime, use: Use, capsys: Capture) -> None:
        use("old")
        with transaction() as session:
            vault.create_key(session, new_id(), KeyOwner.RECORD, now=now)
        use("new")

        assert rotate_keys.main([]) == 1

        told = lines(capsys)
        assert "person_keys: 1 don't open with this ring; give it back the key that it lost" in told
        assert "Ring key old is used by 1 rows: it must stay in the ring." in told
