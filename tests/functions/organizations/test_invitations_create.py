import pytest

from functions.organizations.invitations_create.handler import app
from tests.functions.conftest import Call
from tests.functions.organizations.conftest import Office


@pytest.mark.usefixtures("no_queue")
class TestInviting:
    @pytest.mark.parametrize(
        ("address", "channel", "masked"),
        [
            ({"phone": "8 916 123-45-67"}, "sms", "+7 916 ***-**-67"),
            ({"email": "Konstantin@Example.ru"}, "email", "ko***@example.ru"),
        ],
    )
    def test_goes_to_a_phone_or_an_address(
        self, call: Call, office: Office, address: dict[str, str], channel: str, masked: str
    ) -> None:
        reply = call(
            app,
            as_=office.admin,
            organization_id=office.agency.id,
            body={**address, "member_role": "agent", "share_bps": 7_000},
        )

        assert reply.status == 201, reply.text
        assert (reply.json["channel"], reply.json["address"]) == (channel, masked)
        assert "token" not in reply.text

    def test_twice_is_refused(self, call: Call, office: Office) -> None:
        body = {"email": "konstantin@example.ru", "member_role": "accountant"}

        replies = [call(app, as_=office.admin, organization_id=office.agency.id, body=body) for _ in range(2)]

        assert [reply.status for reply in replies] == [201, 409]
        assert replies[1].code == "invitation_exists"

    @pytest.mark.parametrize(
        "body",
        [
            {"member_role": "agent"},
            {"member_role": "agent", "phone": "+79161234567", "email": "k@example.ru"},
            {"member_role": "client", "phone": "+79161234567"},
        ],
    )
    def test_needs_one_address_and_a_role(self, call: Call, office: Office, body: dict[str, object]) -> None:
        reply = call(app, as_=office.admin, organization_id=office.agency.id, body=body)

        assert (reply.status, reply.code) == (422, "invalid_fields")

    def test_is_limited_to_twenty_a_day(self, call: Call, office: Office) -> None:
        replies = [
            call(
                app,
                as_=office.admin,
                organization_id=office.agency.id,
                body={"email": f"person-{number}@example.ru", "member_role": "agent"},
            )
            for number in range(21)
        ]

        assert [reply.status for reply in replies] == [201] * 20 + [429]
        assert int(replies[-1].headers["Retry-After"]) > 86_000

    def test_for_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        reply = call(
            app,
            as_=office.stranger,
            organization_id=office.agency.id,
            body={"email": "k@example.ru", "member_role": "agent"},
        )

        assert (reply.status, reply.code) == (404, "organization_not_found")
