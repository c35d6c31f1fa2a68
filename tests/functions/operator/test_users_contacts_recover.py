from uuid import uuid4

import pytest

from functions.auth.agent_sms_send.handler import app as send
from functions.auth.agent_sms_verify.handler import app as verify
from functions.operator.users_contacts_recover.handler import app
from functions.queues.jobs.handler import app as jobs
from functions.users.me_read.handler import app as me
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.cloud import Cloud
from tests.builders.outside import Outbox
from tests.builders.people import Person
from tests.functions.conftest import Call, Signed, queue_event

REASON = {"reason": "Потеряла телефон, личность проверена"}


@pytest.fixture
def agent(database: object) -> Person:
    with transaction() as session:
        return people.an_agent(session, utc_now())


class TestRecoveringAContact:
    def test_lets_the_person_in_by_the_new_phone(
        self, call: Call, cloud: Cloud, sms: Outbox, mail: Outbox, operator: Signed, agent: Person
    ) -> None:
        phone = people.a_phone()
        with transaction() as session:
            signed = people.sign_in(session, agent, Role.AGENT, utc_now())

        reply = call(app, as_=operator, user_id=agent.id, body={"phone": phone, **REASON})

        assert reply.status == 202, reply.text
        assert call(me, as_=signed).status == 401
        jobs(queue_event(*cloud.take("jobs")), None)
        assert "войдите с этим контактом" in sms.messages(phone)[0]["text"]
        assert "обращались не вы" in sms.messages(str(agent.phone))[0]["text"]
        call(send, body={"phone": phone})
        entered = call(verify, body={"phone": phone, "code": sms.code(phone)})
        seen = call(me, as_=Signed(entered.json["access_token"])).json
        assert (seen["id"], seen["phone"]) == (str(agent.id), phone)

    def test_answers_the_same_where_another_person_has_the_contact(
        self, call: Call, no_queue: None, operator: Signed, agent: Person
    ) -> None:
        with transaction() as session:
            other = people.an_agent(session, utc_now())

        free = call(app, as_=operator, user_id=agent.id, body={"phone": people.a_phone(), **REASON})
        taken = call(app, as_=operator, user_id=agent.id, body={"phone": other.phone, **REASON})

        assert (free.status, free.json) == (taken.status, taken.json) == (202, taken.json)

    @pytest.mark.parametrize("body", [{}, {"phone": "+79161234567", "email": "anna@example.ru"}])
    def test_takes_one_contact(
        self, call: Call, operator: Signed, agent: Person, body: dict[str, str]
    ) -> None:
        assert call(app, as_=operator, user_id=agent.id, body={**body, **REASON}).status == 422

    def test_of_nobody_is_not_found(self, call: Call, operator: Signed) -> None:
        reply = call(app, as_=operator, user_id=uuid4(), body={"phone": "+79161234567", **REASON})

        assert (reply.status, reply.code) == (404, "user_not_found")

    def test_of_staff_is_refused(self, call: Call, operator: Signed) -> None:
        reply = call(
            app, as_=operator, user_id=str(operator.user_id), body={"phone": people.a_phone(), **REASON}
        )

        assert (reply.status, reply.code) == (409, "staff_contact")

    def test_is_closed_to_agents(self, call: Call, agent: Person) -> None:
        with transaction() as session:
            signed = people.sign_in(session, agent, Role.AGENT, utc_now())

        assert (
            call(app, as_=signed, user_id=agent.id, body={"phone": people.a_phone(), **REASON}).status == 403
        )
