import pytest

from functions.organizations.members_add.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from tests.builders import people
from tests.builders.people import Person
from tests.functions.conftest import Answer, Call
from tests.functions.organizations.conftest import Office

POWER = {
    "position": "Коммерческий директор",
    "kind": "power_of_attorney",
    "number": "5",
    "issued_on": "2026-11-01",
    "valid_until": "2199-10-31",
    "scope": "Подписание договоров",
}


@pytest.fixture
def found(database: object) -> Person:
    with transaction() as session:
        return people.an_agent(session, utc_now())


@pytest.mark.usefixtures("no_queue")
class TestAddingAMember:
    def test_invites_the_person_to_his_proved_phone(self, call: Call, office: Office, found: Person) -> None:
        reply = self._add(call, office, user_id=str(found.id), member_role="agent", share_bps=6_000)

        assert reply.status == 201, reply.text
        assert (reply.json["channel"], reply.json["status"]) == ("sms", "pending")
        assert (reply.json["member_role"], reply.json["share_bps"]) == ("agent", 6_000)
        assert "***" in reply.json["address"]

    def test_takes_a_signer_with_his_power(self, call: Call, office: Office, found: Person) -> None:
        reply = self._add(call, office, user_id=str(found.id), member_role="signer", authority=POWER)

        assert reply.status == 201, reply.text

    def test_refuses_a_member_and_a_nobody(self, call: Call, office: Office) -> None:
        member = self._add(call, office, user_id=str(office.agent.id), member_role="agent")
        nobody = self._add(call, office, user_id=str(new_id()), member_role="agent")

        assert (member.status, member.code) == (409, "member_exists")
        assert (nobody.status, nobody.code) == (404, "user_not_found")

    @pytest.mark.parametrize(
        "terms",
        [
            {"member_role": "signer"},
            {"member_role": "admin", "share_bps": 5_000},
            {"member_role": "agent", "authority": POWER},
            {"member_role": "signer", "authority": {**POWER, "number": None}},
            {"member_role": "signer", "authority": {**POWER, "kind": "charter"}},
            {"member_role": "signer", "authority": {**POWER, "valid_until": "2026-11-01"}},
            {"member_role": "signer", "authority": {**POWER, "issued_on": "2199-01-01"}},
        ],
    )
    def test_refuses_terms_that_don_t_fit(
        self, call: Call, office: Office, found: Person, terms: dict[str, object]
    ) -> None:
        reply = self._add(call, office, user_id=str(found.id), **terms)

        assert (reply.status, reply.code) == (422, "invalid_fields")

    def test_for_another_organization_is_not_found(self, call: Call, office: Office, found: Person) -> None:
        reply = call(
            app,
            as_=office.stranger,
            organization_id=office.agency.id,
            body={"user_id": str(found.id), "member_role": "agent"},
        )

        assert (reply.status, reply.code) == (404, "organization_not_found")

    @staticmethod
    def _add(call: Call, office: Office, **body: object) -> Answer:
        return call(app, as_=office.admin, organization_id=office.agency.id, body=body)
