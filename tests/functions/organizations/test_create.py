import pytest

from functions.organizations.create.handler import app
from functions.organizations.list.handler import app as list_organizations
from functions.organizations.read.handler import app as read
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call, Signed

GIVEN = {
    "name": "Общество с ограниченной ответственностью «Новый дом»",
    "legal_address": "101000, г. Москва, ул. Мясницкая, д. 10",
    "email": "office@example.ru",
    "phone": "8 916 123-45-67",
}


@pytest.fixture
def agent(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)


class TestOpeningAnOrganization:
    def test_makes_a_pending_one_that_its_opener_reads(self, call: Call, agent: Signed) -> None:
        inn = people.a_company_inn()

        opened = call(app, as_=agent, body={**GIVEN, "inn": inn})

        assert opened.status == 201, opened.text
        assert (opened.json["status"], opened.json["inn"]) == ("pending", inn)
        assert (opened.json["short_name"], opened.json["phone"]) == (GIVEN["name"], "+79161234567")
        assert call(read, as_=agent, organization_id=opened.json["id"]).json == opened.json
        assert [each["id"] for each in call(list_organizations, as_=agent).json["items"]] == [
            opened.json["id"]
        ]

    def test_takes_all_at_once(self, call: Call, agent: Signed) -> None:
        whole = {
            **GIVEN,
            "inn": "7707083893",
            "short_name": "ООО «Новый дом»",
            "kpp": "770701001",
            "ogrn": "1027700132195",
            "city": "Москва",
            "tax_regime": "usn_5",
        }

        opened = call(app, as_=agent, body=whole)

        assert {name: opened.json[name] for name in ("kpp", "ogrn", "city", "tax_regime")} == {
            name: whole[name] for name in ("kpp", "ogrn", "city", "tax_regime")
        }

    def test_refuses_an_inn_that_is_taken(self, call: Call, agent: Signed) -> None:
        inn = people.a_company_inn()
        call(app, as_=agent, body={**GIVEN, "inn": inn})

        reply = call(app, as_=agent, body={**GIVEN, "inn": inn})

        assert (reply.status, reply.code) == (409, "organization_exists")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("inn", "0000000000"),
            ("inn", "7707083894"),
            ("inn", "500100732259"),
            ("kpp", "77070100"),
            ("kpp", "000000000"),
            ("ogrn", "1027700132196"),
            ("ogrn", "304500116000157"),
            ("tax_regime", "npd"),
            ("tax_regime", "patent"),
            ("name", "Приз! https://evil.example"),
            ("phone", "+74950000000"),
            ("status", "active"),
        ],
    )
    def test_refuses_what_no_company_has(self, call: Call, agent: Signed, field: str, value: str) -> None:
        reply = call(app, as_=agent, body={**GIVEN, "inn": people.a_company_inn(), field: value})

        assert (reply.status, [each["field"] for each in reply.json["errors"]]) == (422, [field])

    def test_is_limited_to_ten_a_day(self, call: Call, agent: Signed) -> None:
        replies = [call(app, as_=agent, body={**GIVEN, "inn": people.a_company_inn()}) for _ in range(11)]

        assert [reply.status for reply in replies] == [201] * 10 + [429]

    def test_is_closed_to_clients(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            client = people.sign_in(session, people.a_client(session, now), Role.CLIENT, now)

        assert call(app, as_=client, body={**GIVEN, "inn": people.a_company_inn()}).status == 403
