from sqlalchemy.orm import Session

from functions.users.me_phone_send.handler import app as send
from functions.users.me_phone_verify.handler import app as verify
from shared.deals import service
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders.deals import a_deal
from tests.builders.outside import Outbox
from tests.builders.people import Person, a_client, an_agent, sign_in
from tests.functions.conftest import Call

PHONE = "+79165557788"


class TestVerifyPhone:
    def test_a_client_finds_the_deal_that_carries_his_phone(
        self, call: Call, app: Session, sms: Outbox
    ) -> None:
        now = utc_now()
        agent, client = an_agent(app, now), a_client(app, now, may_sign=False)
        named = Person(client.id, client.full_name, PHONE, client.email)
        deal = a_deal(app, now, agent=agent, client=named)
        signed = sign_in(app, client, Role.CLIENT, now)
        app.commit()
        call(send, as_=signed, body={"phone": PHONE})

        reply = call(verify, as_=signed, body={"phone": PHONE, "code": sms.code("79165557788")})

        assert (reply.status, reply.json) == (200, {"attached_deals": 1})
        assert service.client_party(app, deal.id).user_id == client.id

    def test_a_wrong_code_attaches_nothing(self, call: Call, app: Session, sms: Outbox) -> None:
        now = utc_now()
        agent, client = an_agent(app, now), a_client(app, now, may_sign=False)
        deal = a_deal(app, now, agent=agent, client=Person(client.id, client.full_name, PHONE, None))
        signed = sign_in(app, client, Role.CLIENT, now)
        app.commit()
        call(send, as_=signed, body={"phone": PHONE})
        wrong = f"{(int(sms.code('79165557788')) + 1) % 1_000_000:06d}"

        reply = call(verify, as_=signed, body={"phone": PHONE, "code": wrong})

        assert (reply.status, reply.code) == (422, "code_refused")
        assert service.client_party(app, deal.id).user_id is None

    def test_a_change_takes_both_codes_ends_the_session_and_finds_deals(
        self, call: Call, app: Session, sms: Outbox
    ) -> None:
        now = utc_now()
        agent, client = an_agent(app, now), a_client(app, now)
        deal = a_deal(app, now, agent=agent, client=Person(client.id, client.full_name, PHONE, None))
        signed = sign_in(app, client, Role.CLIENT, now)
        app.commit()
        call(send, as_=signed, body={"phone": PHONE})
        codes = {"code": sms.code("79165557788"), "current_code": sms.code(str(client.phone))}

        missing = call(verify, as_=signed, body={"phone": PHONE, "code": codes["code"]})
        reply = call(verify, as_=signed, body={"phone": PHONE, **codes})

        assert (missing.status, missing.code) == (422, "current_code_needed")
        assert [each["field"] for each in missing.json["errors"]] == ["current_code"]
        assert (reply.status, reply.json) == (200, {"attached_deals": 1})
        assert service.client_party(app, deal.id).user_id == client.id
        assert call(verify, as_=signed, body={"phone": PHONE, **codes}).code == "sign_in_needed"
