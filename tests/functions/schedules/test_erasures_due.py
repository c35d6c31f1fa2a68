from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from functions.schedules.erasures_due.handler import app
from shared.audit.service import Actor
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.users import consents
from shared.users.consent_kinds import ConsentKind
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.builders.people import PEER, Person
from tests.shared.payments.world import a_cast


@pytest.fixture
def client(database: object) -> Person:
    with transaction() as session:
        return people.a_client(session, utc_now() - timedelta(days=60))


def withdraw(person: Person, *, days_ago: int, kind: str = "personal_data") -> None:
    with transaction() as session:
        consents.withdraw(
            session,
            user_id=person.id,
            kind=kind,
            actor=Actor(person.id),
            now=utc_now() - timedelta(days=days_ago),
        )


def give_again(person: Person, *, days_ago: int) -> None:
    with transaction() as session:
        consents.give(
            session,
            user_id=person.id,
            kinds={ConsentKind.PERSONAL_DATA},
            now=utc_now() - timedelta(days=days_ago),
            **PEER,
        )


def status_of(person: Person) -> UserStatus:
    with transaction() as session:
        return session.get_one(User, person.id).status


class TestErasuresDue:
    def test_come_thirty_days_after_the_withdrawal(self, client: Person, owner: Connection) -> None:
        withdraw(client, days_ago=30)

        assert app({}, None) == {"due": 1, "erased": 1, "held": 0, "error": 0}
        assert app({}, None) == {"due": 0, "erased": 0, "held": 0, "error": 0}

        assert status_of(client) is UserStatus.ERASED
        by = (
            owner.execute(text("SELECT actor_id FROM audit_logs WHERE action = 'user.erased'"))
            .scalars()
            .all()
        )
        assert by == [None]

    def test_come_not_before(self, client: Person) -> None:
        withdraw(client, days_ago=29)

        assert app({}, None)["due"] == 0
        assert status_of(client) is UserStatus.ACTIVE

    def test_come_not_where_the_consent_was_given_again(self, client: Person) -> None:
        withdraw(client, days_ago=40)
        give_again(client, days_ago=20)

        assert app({}, None)["due"] == 0

    def test_count_from_the_last_withdrawal(self, client: Person) -> None:
        withdraw(client, days_ago=50)
        give_again(client, days_ago=20)
        withdraw(client, days_ago=10)

        assert app({}, None)["due"] == 0

    def test_come_for_no_other_consent(self, client: Person) -> None:
        withdraw(client, days_ago=50, kind="terms")

        assert app({}, None)["due"] == 0

    def test_that_are_held_are_told_to_an_operator_once(self, database: object, owner: Connection) -> None:
        cast = a_cast(now=utc_now() - timedelta(days=60))
        agent = Person(cast.agent_id, "", None, None)
        withdraw(agent, days_ago=31)

        assert [app({}, None)["held"] for _ in range(2)] == [1, 1]

        assert status_of(agent) is UserStatus.ACTIVE
        tasks = owner.execute(text("SELECT kind, entity_id, reason FROM operator_tasks")).all()
        assert [tuple(each) for each in tasks] == [("erasure_held", cast.agent_id, "live_deals")]
