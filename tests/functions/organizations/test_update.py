import pytest

from functions.organizations.update.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call
from tests.functions.organizations.conftest import Office


class TestUpdatingAnOrganization:
    def test_changes_what_is_named_and_leaves_the_rest(self, call: Call, office: Office) -> None:
        reply = call(
            app,
            as_=office.admin,
            organization_id=office.agency.id,
            body={"city": "Казань", "agent_share_bps": 6_500, "phone": "8 916 765-43-21"},
        )

        assert reply.status == 200, reply.text
        assert (reply.json["city"], reply.json["agent_share_bps"], reply.json["phone"]) == (
            "Казань",
            6_500,
            "+79167654321",
        )
        assert reply.json["kpp"] == "770101001"

    def test_clears_a_share_by_null(self, call: Call, office: Office) -> None:
        for share in (6_500, None):
            reply = call(
                app,
                as_=office.admin,
                organization_id=office.agency.id,
                body={"agent_share_bps": share},
            )
            assert reply.json["agent_share_bps"] == share

    def test_leaves_what_an_operator_has_checked(self, call: Call, office: Office) -> None:
        reply = call(app, as_=office.admin, organization_id=office.agency.id, body={"name": "ООО «Другое»"})

        assert (reply.status, reply.code) == (409, "organization_details_fixed")

    def test_is_open_while_it_waits_for_its_approval(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agency = people.an_agency(session, now, approved=False)
            admin = people.sign_in(session, agency.admin, Role.AGENCY_ADMIN, now)

        reply = call(app, as_=admin, organization_id=agency.id, body={"kpp": "770201001"})

        assert (reply.status, reply.json["kpp"]) == (200, "770201001")

    def test_of_another_is_not_found(self, call: Call, office: Office) -> None:
        reply = call(app, as_=office.stranger, organization_id=office.agency.id, body={"city": "Казань"})

        assert (reply.status, reply.code) == (404, "organization_not_found")

    def test_is_not_for_its_agents(self, call: Call, office: Office) -> None:
        assert (
            call(app, as_=office.as_agent, organization_id=office.agency.id, body={"city": "Казань"}).status
            == 403
        )

    @pytest.mark.parametrize(
        "body", [{"email": None}, {"agent_share_bps": 10_000}, {"inn": "0000000000"}, {"status": "active"}]
    )
    def test_refuses_nonsense(self, call: Call, office: Office, body: dict[str, object]) -> None:
        reply = call(app, as_=office.admin, organization_id=office.agency.id, body=body)

        assert (reply.status, reply.json["errors"][0]["field"]) == (422, next(iter(body)))

    def test_needs_a_change(self, call: Call, office: Office) -> None:
        reply = call(app, as_=office.admin, organization_id=office.agency.id, body={})

        assert reply.code == "nothing_to_change"
