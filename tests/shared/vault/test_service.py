import json
import os
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from shared.kernel.identifiers import new_id
from shared.security import key_service
from shared.security.pii import SealBroken, Sealed
from shared.vault import service as vault
from shared.vault.models import KeyOwner, PersonKey
from tests import settings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PHONE = "+79161234567"


def a_ring(active: str, **keys: bytes) -> str:
    return json.dumps(
        {"active": active, "keys": {name: b64encode(key).decode() for name, key in keys.items()}}
    )


Put = Callable[..., None]


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Put:
    """Set variables, and have the keys read anew."""

    def set_all(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings.forget()

    return set_all


class TestAnOwnersKey:
    def test_opens_what_it_sealed_in_another_transaction(self, app: Session) -> None:
        owner = new_id()
        sealed = vault.Sealer(
            vault.create_key(app, owner, KeyOwner.PERSON, now=NOW), table="users", row=owner
        ).seal("phone", PHONE)
        app.commit()
        app.expunge_all()

        sealer = vault.Sealer(vault.key_of(app, owner), table="users", row=owner)
        assert sealer.open("phone", sealed) == PHONE
        with pytest.raises(SealBroken):
            sealer.open("email", sealed)

    def test_is_stored_wrapped(self, app: Session) -> None:
        owner = new_id()
        vault.create_key(app, owner, KeyOwner.PERSON, now=NOW)
        app.flush()

        row = app.get_one(PersonKey, owner)
        assert row.ring_key_id == key_service.personal_data_keys().ring.active
        assert row.wrapped_key is not None
        assert len(row.wrapped_key) == 1 + 12 + 32 + 16

    def test_outlives_the_rotation_of_the_ring(self, app: Session, put: Put) -> None:
        old, new, owner = os.urandom(32), os.urandom(32), new_id()
        put(HOUSLER_KEY_RING=a_ring("old", old=old))
        sealed = vault.Sealer(
            vault.create_key(app, owner, KeyOwner.PERSON, now=NOW), table="t", row=owner
        ).seal("c", PHONE)
        app.flush()

        put(HOUSLER_KEY_RING=a_ring("new", new=new, old=old))

        assert vault.Sealer(vault.key_of(app, owner), table="t", row=owner).open("c", sealed) == PHONE
        vault.create_key(app, later := new_id(), KeyOwner.PERSON, now=NOW)
        assert app.get_one(PersonKey, later).ring_key_id == "new"

    def test_renewed_opens_only_what_it_seals_from_then_on(self, app: Session) -> None:
        owner = new_id()
        before = vault.Sealer(
            vault.create_key(app, owner, KeyOwner.PARTY, now=NOW), table="t", row=owner
        ).seal("c", PHONE)
        app.flush()

        vault.renew_key(app, owner, now=NOW)

        sealer = vault.Sealer(vault.key_of(app, owner), table="t", row=owner)
        assert sealer.open("c", sealer.seal("c", PHONE)) == PHONE
        with pytest.raises(SealBroken):
            sealer.open("c", before)

    def test_that_is_gone_is_not_renewed(self, app: Session) -> None:
        owner = new_id()
        vault.create_key(app, owner, KeyOwner.PERSON, now=NOW)
        app.flush()
        vault.destroy(app, [owner], now=NOW)
        app.expire_all()

        with pytest.raises(vault.KeyDestroyed):
            vault.renew_key(app, owner, now=NOW)

    def test_once_destroyed_opens_nothing(self, app: Session) -> None:
        owner = new_id()
        vault.create_key(app, owner, KeyOwner.PERSON, now=NOW)
        app.flush()
        app.get_one(PersonKey, owner).wrapped_key = None

        with pytest.raises(vault.KeyDestroyed) as caught:
            vault.key_of(app, owner)
        assert caught.value.detail == "Персональные данные удалены."

    def test_of_nobody_is_no_key(self, app: Session) -> None:
        with pytest.raises(vault.KeyDestroyed):
            vault.key_of(app, new_id())


class TestASealer:
    def test_leaves_nothing_as_nothing(self, app: Session) -> None:
        owner = new_id()
        sealer = vault.Sealer(vault.create_key(app, owner, KeyOwner.DEAL, now=NOW), table="t", row=owner)

        assert sealer.seal_optional("c", None) is None
        assert sealer.open_optional("c", None) is None
        sealed = sealer.seal_optional("c", "")
        assert isinstance(sealed, Sealed)
        assert sealer.open_optional("c", sealed) == ""


class TestTheIndex:
    def test_is_kept_under_the_services_key(self, put: Put) -> None:
        before = vault.index_of("phone", PHONE)
        assert vault.index_of("phone", PHONE) == before
        assert vault.index_of("inn", PHONE) != before

        put(HOUSLER_INDEX_KEYS=a_ring("other", other=os.urandom(32)))
        assert vault.index_of("phone", PHONE) != before

    def test_is_written_with_the_active_key_and_read_with_all(self, put: Put) -> None:
        old, new = os.urandom(32), os.urandom(32)
        put(HOUSLER_INDEX_KEYS=a_ring("old", old=old))
        written_before = vault.index_of("phone", PHONE)
        assert vault.indexes_of("phone", PHONE) == (written_before,)

        put(HOUSLER_INDEX_KEYS=a_ring("new", old=old, new=new))

        written_now = vault.index_of("phone", PHONE)
        assert written_now != written_before
        assert vault.indexes_of("phone", PHONE) == (written_now, written_before)
