import pytest

from functions.operator.organizations_reject.handler import app
from functions.organizations.create.handler import app as open_organization
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.people import Agency
from tests.functions.conftest import Call, Signed

REASON = {"reason": "ОГРН принадлежит другой организации"}


@pytest.fixture
def pending(database: object) -> Agency:
    with transaction() as session:
        return people.an_agency(session, utc_now(), approved=False)


@pytest.mark.usefixtures("no_queue")
class TestRejectingAnOrganization:
    def test_says_why_and_frees_the_inn(self, call: Call, operator: Signed, pending: Agency) -> None:
        reply = call(app, as_=operator, organization_id=pending.id, body=REASON)

        assert (reply.status, reply.json["status"]) == (200, "rejected")
        assert reply.json["status_reason"] == REASON["reason"]
        now = utc_now()
        with transaction() as session:
            agent = people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)
        again = call(
            open_organization,
            as_=agent,
            body={
                "name": "ООО «Дом и ключи»",
                "inn": pending.inn,
                "legal_address": "101000, г. Москва, ул. Мясницкая, д. 10",
                "email": "office@example.ru",
                "phone": "+79161234567",
            },
        )
        assert again.status == 201, again.text

    def test_needs_a_reason(self, call: Call, operator: Signed, pending: Agency) -> None:
        reply = call(app, as_=operator, organization_id=pending.id, body={"reason": ""})

        assert (reply.status, reply.json["errors"][0]["field"]) == (422, "reason")

    def test_happens_once(self, call: Call, operator: Signed, pending: Agency) -> None:
        replies = [call(app, as_=operator, organization_id=pending.id, body=REASON) for _ in range(2)]

        assert [reply.status for reply in replies] == [200, 409]
