"""In the database itself: what is moved, swapped or orphaned there does not open."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.security.pii import SealBroken
from shared.users import service as users
from shared.vault import service as vault
from shared.vault.service import KeyDestroyed
from tests.builders import people
from tests.builders.people import Person


@pytest.fixture
def two(database: object) -> tuple[Person, Person]:
    with transaction() as session:
        return people.a_client(session, utc_now()), people.a_client(session, utc_now())


def change(owner: Connection, statement: str, **values: object) -> None:
    owner.execute(text(statement), values)
    owner.commit()


class TestASealedValue:
    def test_opens_where_it_was_put(self, two: tuple[Person, Person], app: Session) -> None:
        one, _ = two
        assert users.contacts_of(app, one.id) == (one.phone, one.email)

    def test_does_not_open_in_another_row(
        self, two: tuple[Person, Person], app: Session, owner: Connection
    ) -> None:
        one, other = two
        change(
            owner,
            "UPDATE users SET email = (SELECT email FROM users WHERE id = :one) WHERE id = :other",
            one=one.id,
            other=other.id,
        )

        with pytest.raises(SealBroken):
            users.contacts_of(app, other.id)

    def test_does_not_open_in_another_row_that_took_its_key_along(
        self, two: tuple[Person, Person], app: Session, owner: Connection
    ) -> None:
        one, other = two
        for table, id_column, column in (
            ("users", "id", "email"),
            ("person_keys", "owner_id", "wrapped_key"),
        ):
            change(
                owner,
                f"UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE {id_column} = :one)"  # noqa: S608 -- names from above
                f" WHERE {id_column} = :other",
                one=one.id,
                other=other.id,
            )

        with pytest.raises(SealBroken):
            users.contacts_of(app, other.id)

    def test_does_not_open_in_another_column(
        self, two: tuple[Person, Person], app: Session, owner: Connection
    ) -> None:
        one, _ = two
        change(owner, "UPDATE users SET email = phone WHERE id = :one", one=one.id)

        with pytest.raises(SealBroken):
            users.contacts_of(app, one.id)

    def test_does_not_open_in_another_table(
        self, two: tuple[Person, Person], app: Session, owner: Connection
    ) -> None:
        """Of the same person, with the same id and the same key."""
        one, _ = two
        change(
            owner,
            "UPDATE user_profiles SET address = u.phone FROM users u WHERE u.id = user_id AND u.id = :one",
            one=one.id,
        )

        with pytest.raises(SealBroken):
            users.profile_of(app, one.id)

    def test_does_not_open_once_its_key_is_destroyed(
        self, two: tuple[Person, Person], app: Session, owner: Connection
    ) -> None:
        one, other = two
        with transaction() as session:
            vault.destroy(session, [one.id], now=utc_now())

        with pytest.raises(KeyDestroyed):
            users.contacts_of(app, one.id)
        assert users.contacts_of(app, other.id).phone == other.phone
        kept = owner.execute(
            text("SELECT wrapped_key FROM person_keys WHERE owner_id = :one"), {"one": one.id}
        ).scalar_one()
        assert kept is None
