from typing import Any

import pytest
from sqlalchemy import select

from functions.auth.agency_login.handler import app as login
from functions.auth.register_agency.handler import app
from functions.queues.jobs.handler import app as jobs
from functions.users.me_read.handler import app as me
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.organizations.invitation_models import Invitation
from shared.organizations.models import MemberRole, Organization, OrganizationStatus
from shared.outbox.models import OutboxMessage
from shared.users import service as users
from shared.users.models import User
from tests.builders import people
from tests.builders.outside import Outbox
from tests.builders.people import PASSWORD
from tests.functions.conftest import Call, Signed, queue_event

CONSENTS = {"personal_data": True, "terms": True, "agency_offer": True}


def told(email: str, **changes: Any) -> dict[str, Any]:
    return {
        "inn": people.a_company_inn(),
        "name": "ООО «Дом и ключи»",
        "legal_address": "101000, г. Москва, ул. Мясницкая, д. 10",
        "contact_name": "Кузнецов Пётр Андреевич",
        "contact_phone": people.a_phone(),
        "contact_email": email,
        "password": PASSWORD,
        "consents": CONSENTS,
        **changes,
    }


class TestRegisteringAnAgency:
    def test_makes_a_pending_organization_whose_admin_signs_in(self, call: Call) -> None:
        email = people.an_email()

        reply = call(app, body=told(email))

        assert reply.status == 201, reply.text
        with transaction() as session:
            agency = session.scalars(select(Organization)).one()
            assert (str(agency.id), agency.status) == (reply.json["id"], OrganizationStatus.PENDING)
        entered = call(login, body={"email": email, "password": PASSWORD})
        seen = call(me, as_=Signed(entered.json["access_token"])).json
        assert (seen["status"], seen["email"], seen["phone_verified"]) == ("pending", email, False)
        assert seen["organizations"][0]["member_roles"] == ["admin"]

    def test_sends_a_letter_that_says_what_to_do_next(self, call: Call, mail: Outbox, sms: Outbox) -> None:
        email = people.an_email()
        call(app, body=told(email))
        with transaction() as session:
            message = session.scalars(select(OutboxMessage.id)).one()

        jobs(queue_event(str(message)), None)

        assert "Подтвердите e-mail и телефон" in mail.messages(email)[0]["text"]

    def test_with_a_proved_address_makes_no_second_account_but_invites_its_owner(self, call: Call) -> None:
        with transaction() as session:
            client = people.a_client(session, utc_now())

        known = call(app, body=told(str(client.email)))
        unknown = call(app, body=told(people.an_email()))

        assert known.status == unknown.status == 201
        assert known.json["message"] == unknown.json["message"]
        with transaction() as session:
            invitation = session.scalars(select(Invitation)).one()
            assert str(invitation.organization_id) == known.json["id"]
            assert invitation.member_role is MemberRole.ADMIN
            assert session.get_one(User, client.id).password_hash is None
        assert call(login, body={"email": client.email, "password": PASSWORD}).status == 401

    def test_of_a_taken_inn_is_refused_and_leaves_nobody(self, call: Call) -> None:
        email = people.an_email()
        first = told(people.an_email())
        call(app, body=first)

        reply = call(app, body=told(email, inn=first["inn"]))

        assert (reply.status, reply.code) == (409, "organization_exists")
        with transaction() as session:
            assert len(session.scalars(select(User)).all()) == 1
            assert users.find_by_email(session, email) is None

    @pytest.mark.parametrize("password", ["короче", "password123", "Кузнецов2026", "домиключи"])
    def test_refuses_a_weak_password(self, call: Call, password: str) -> None:
        reply = call(app, body=told(people.an_email(), password=password))

        assert (reply.status, reply.code) == (422, "weak_password")

    @pytest.mark.parametrize("missing", list(CONSENTS))
    def test_needs_the_required_consents(self, call: Call, missing: str) -> None:
        reply = call(app, body=told(people.an_email(), consents={**CONSENTS, missing: False}))

        assert reply.status == 422
        assert [each["field"] for each in reply.json["errors"]] == [f"consents.{missing}"]

    @pytest.mark.parametrize("inn", ["0000000000", "7707083894", "500100732259"])
    def test_needs_a_valid_inn_of_a_company(self, call: Call, inn: str) -> None:
        assert call(app, body=told(people.an_email(), inn=inn)).status == 422
