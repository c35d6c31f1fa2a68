import json
import os
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from shared.config import secrets
from shared.kernel.identifiers import new_id
from shared.security.pii import SealBroken, Sealed
from shared.vault import service as vault
from shared.vault.models import KeyOwner, PersonKey

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PHONE = "+79161234567"


def forget() -> None:
    for kept in (secrets.personal_data_keys, vault._ring, vault._index):
        kept.cache_clear()


def a_ring(active: str, **keys: bytes) -> str:
    return json.dumps(
        {"active": active, "keys": {name: b64encode(key).decode() for name, key in keys.items()}}
    )


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    forget()


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
        assert row.ring_key_id == secrets.personal_data_keys().ring.active
        assert row.wrapped_key is not None
        assert len(row.wrapped_key) == 1 + 12 + 32 + 16

    def test_outlives_the_rotation_of_the_ring(self, app: Session, ring: pytest.MonkeyPatch) -> None:
        old, new, owner = os.urandom(32), os.urandom(32), new_id()
        ring.setenv("HOUSLER_KEY_RING", a_ring("old", old=old))
        forget()
        sealed = vault.Sealer(
            vault.create_key(app, owner, KeyOwner.PERSON, now=NOW), table="t", row=owner
        ).seal("c", PHONE)
        app.flush()

        ring.setenv("HOUSLER_KEY_RING", a_ring("new", new=new, old=old))
        forget()

        assert vault.Sealer(vault.key_of(app, owner), table="t", row=owner).open("c", sealed) == PHONE
        vault.create_key(app, later := new_id(), KeyOwner.PERSON, now=NOW)
        assert app.get_one(PersonKey, later).ring_key_id == "new"

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
    def test_is_kept_under_the_services_key(self, ring: pytest.MonkeyPatch) -> None:
        before = vault.index_of("phone", PHONE)
        assert vault.index_of("phone", PHONE) == before
        assert vault.index_of("inn", PHONE) != before

        ring.setenv("HOUSLER_INDEX_KEY", b64encode(os.urandom(32)).decode())
        forget()
        assert vault.index_of("phone", PHONE) != before
