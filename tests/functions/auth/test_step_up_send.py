from uuid import UUID

import pytest
from sqlalchemy import select

from functions.auth.step_up_send.handler import app as send
from functions.auth.step_up_verify.handler import app as verify
from shared.auth.models import CodePurpose, OtpSession
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.auth.step_up import ACTION, BODY, an_agent, phone_of, text_of
from tests.functions.conftest import Call, Signed


@pytest.fixture
def agent(call: Call) -> Signed:
    return an_agent()


class TestItsCode:
    def test_goes_to_the_verified_phone_and_names_the_account(
        self, call: Call, sms: Outbox, agent: Signed
    ) -> None:
        reply = call(send, as_=agent, body={"action": ACTION, "path": "/orders/7", "body": BODY})

        assert reply.json["phone"].startswith("+7 916 ***-**-")
        assert "счёт выплат *0001" in text_of(sms, agent)
        assert len(text_of(sms, agent)) <= 70

    def test_says_nothing_that_came_from_outside_but_four_digits(
        self, call: Call, sms: Outbox, agent: Signed
    ) -> None:
        body = {"account": "evil.example", "last4": "см. evil.example"}

        call(send, as_=agent, body={"action": ACTION, "path": "/orders/7", "body": body})

        assert "evil" not in text_of(sms, agent)

    def test_confirms_nothing_else(self, call: Call, sms: Outbox, agent: Signed) -> None:
        asked = {"action": ACTION, "path": "/orders/7", "body": BODY}
        call(send, as_=agent, body=asked)

        other = call(
            verify, as_=agent, body={**asked, "path": "/orders/8", "code": sms.code(phone_of(agent))}
        )

        assert (other.status, other.code) == (422, "code_refused")

    def test_is_refused_to_whoever_has_no_verified_phone(self, call: Call, sms: Outbox) -> None:
        with transaction() as session:
            client = people.a_client(session, utc_now(), may_sign=False)
            who = people.sign_in(session, client, Role.CLIENT, utc_now())

        reply = call(send, as_=who, body={"action": ACTION, "path": "/orders/7", "body": BODY})

        assert (reply.status, reply.code) == (409, "verified_phone_needed")

    def test_is_bound_to_the_session_that_asked(self, call: Call, sms: Outbox, agent: Signed) -> None:
        call(send, as_=agent, body={"action": ACTION, "path": "/orders/7", "body": BODY})

        with transaction() as session:
            bound = session.scalars(
                select(OtpSession.bound_to).where(OtpSession.purpose == CodePurpose.STEP_UP)
            ).one()
        session_id, action, digest = bound.split(":")
        assert session_id == str(UUID(session_id))
        assert (action, len(digest)) == (ACTION, 64)
