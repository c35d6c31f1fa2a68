import pytest

from functions.organizations.members_update.handler import app
from tests.functions.conftest import Answer, Call
from tests.functions.organizations.conftest import Office


class TestUpdatingAMember:
    def test_gives_and_takes_roles(self, call: Call, office: Office) -> None:
        reply = self._update(call, office, add_roles=["accountant"], remove_roles=["agent"])

        assert reply.status == 200, reply.text
        assert [each["member_role"] for each in reply.json["roles"]] == ["accountant"]

    def test_sets_an_agents_share_and_takes_it_back(self, call: Call, office: Office) -> None:
        shares = [self._update(call, office, share_bps=each).json["roles"][0] for each in (7_500, None)]

        assert [each["share_bps"] for each in shares] == [7_500, None]

    def test_has_a_new_basis_checked_anew(self, call: Call, office: Office) -> None:
        reply = call(
            app,
            as_=office.admin,
            organization_id=office.agency.id,
            user_id=office.agency.admin.id,
            body={"authority": {"position": "Президент", "kind": "charter"}},
        )

        (signer,) = [each for each in reply.json["roles"] if each["member_role"] == "signer"]
        assert (signer["position"], signer["basis"], signer["checked_at"]) == ("Президент", "Устав", None)

    def test_keeps_the_last_admin(self, call: Call, office: Office) -> None:
        reply = call(
            app,
            as_=office.admin,
            organization_id=office.agency.id,
            user_id=office.agency.admin.id,
            body={"remove_roles": ["admin"]},
        )

        assert (reply.status, reply.code) == (409, "last_admin")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "nothing_to_change"),
            ({"add_roles": ["signer"]}, "invalid_fields"),
            ({"share_bps": 0}, "invalid_fields"),
            ({"remove_roles": ["agent"]}, "member_needs_role"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, call: Call, office: Office, body: dict[str, object], code: str
    ) -> None:
        assert self._update(call, office, **body).code == code

    def test_in_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        reply = call(
            app,
            as_=office.stranger,
            organization_id=office.agency.id,
            user_id=office.agent.id,
            body={"share_bps": 5_000},
        )

        assert reply.status == 404

    @staticmethod
    def _update(call: Call, office: Office, **body: object) -> Answer:
        return call(
            app,
            as_=office.admin,
            organization_id=office.agency.id,
            user_id=office.agent.id,
            body=body,
        )
