from datetime import timedelta
from typing import Any

import pytest

from functions.users.me_update.handler import app
from shared.db.session import transaction
from shared.kernel.clock import moscow_date, utc_now
from shared.kernel.roles import Role
from shared.users import service as users
from tests.builders import people
from tests.functions.conftest import Call, Signed

PASSPORT = {
    "series": "4512",
    "number": "123456",
    "issued_on": "2015-04-20",
    "issued_by": "ОВД района Тверской г. Москвы",
    "department_code": "770-053",
}


def tomorrow() -> str:
    return (moscow_date(utc_now()) + timedelta(days=1)).isoformat()


@pytest.fixture
def agent(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)


class TestChangingOneself:
    def test_changes_what_is_named_and_keeps_the_rest(self, call: Call, agent: Signed) -> None:
        reply = call(app, as_=agent, body={"city": "Тверь", "passport": PASSPORT})

        assert reply.status == 200, reply.text
        profile = reply.json["profile"]
        assert (profile["city"], profile["full_name"]) == ("Тверь", "Иванова Мария Петровна")
        assert profile["has_passport"] is True
        assert "4512" not in reply.text
        with transaction() as session:
            assert agent.user_id is not None
            assert users.profile_of(session, agent.user_id).passport == PASSPORT

    def test_clears_what_is_null(self, call: Call, agent: Signed) -> None:
        profile = call(app, as_=agent, body={"inn": None, "tax_status": None}).json["profile"]

        assert (profile["inn"], profile["tax_status"]) == (None, None)

    def test_is_open_before_consents(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            user = users.create(session, phone=people.a_phone(), phone_verified_at=now, now=now)
            person = people.Person(user.id, "", None, None)
            newcomer = people.sign_in(session, person, Role.AGENT, now)

        assert call(app, as_=newcomer, body={"full_name": "Петров Пётр"}).status == 200

    def test_answers_a_repeat_with_the_same_key_the_same(self, call: Call, agent: Signed) -> None:
        first = call(app, as_=agent, body={"city": "Тверь"}, key="same-key-1")
        call(app, as_=agent, body={"city": "Москва"})
        again = call(app, as_=agent, body={"city": "Тверь"}, key="same-key-1")

        assert again.json == first.json
        assert again.headers["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"inn": "500100732258"}, "inn"),
            ({"inn": "7707083893"}, "inn"),
            ({"inn": "000000000000"}, "inn"),
            ({"full_name": "1"}, "full_name"),
            ({"full_name": "<b>Иван</b>"}, "full_name"),
            ({"tax_status": "rich"}, "tax_status"),
            ({"passport": {**PASSPORT, "issued_on": "1980-01-01"}}, "passport.issued_on"),
            ({"passport": {**PASSPORT, "issued_on": tomorrow()}}, "passport.issued_on"),
            ({"passport": {**PASSPORT, "series": "45 12"}}, "passport.series"),
            ({"phone": "+79161234567"}, "phone"),
        ],
    )
    def test_names_the_field_that_is_wrong(
        self, call: Call, agent: Signed, body: dict[str, Any], field: str
    ) -> None:
        reply = call(app, as_=agent, body=body)

        assert (reply.status, reply.code) == (422, "invalid_fields")
        assert [each["field"] for each in reply.json["errors"]] == [field]

    def test_of_nothing_is_refused(self, call: Call, agent: Signed) -> None:
        assert call(app, as_=agent, body={}).code == "nothing_to_change"
