from sqlalchemy import select

from functions.users.me_signature_agreement_accept.handler import app
from functions.users.me_signature_agreement_read.handler import app as read
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users.models import SignatureAgreement
from tests.builders import people
from tests.functions.conftest import Call, Signed


def a_client(*, phone: str | None) -> Signed:
    now = utc_now()
    with transaction() as session:
        client = people.a_client(session, now, phone=phone, may_sign=False)
        return people.sign_in(session, client, Role.CLIENT, now)


def shown(call: Call, client: Signed) -> dict[str, str]:
    text = call(read, as_=client).json
    return {"version": text["version"], "sha256": text["sha256"]}


class TestAcceptingTheAgreement:
    def test_keeps_what_was_accepted_and_from_where(self, call: Call) -> None:
        client = a_client(phone=people.a_phone())

        reply = call(app, as_=client, body=shown(call, client), peer="203.0.113.9")

        assert (reply.status, reply.json["accepted"]) == (200, True)
        assert call(read, as_=client).json["accepted"] is True
        with transaction() as session:
            kept = session.scalars(select(SignatureAgreement)).one()
        assert kept.document_sha256.hex() == reply.json["sha256"]
        assert (kept.ip, kept.user_agent) == ("203.0.113.9", "pytest")

    def test_twice_keeps_the_first(self, call: Call) -> None:
        client = a_client(phone=people.a_phone())
        body = shown(call, client)

        assert [call(app, as_=client, body=body).status for _ in range(2)] == [200, 200]
        with transaction() as session:
            assert len(session.scalars(select(SignatureAgreement)).all()) == 1

    def test_needs_a_verified_phone_first(self, call: Call) -> None:
        client = a_client(phone=None)

        reply = call(app, as_=client, body=shown(call, client))

        assert (reply.status, reply.code) == (409, "verified_phone_needed")

    def test_refuses_another_text(self, call: Call) -> None:
        client = a_client(phone=people.a_phone())

        for change in ({"sha256": "0" * 64}, {"version": "2"}):
            reply = call(app, as_=client, body={**shown(call, client), **change})
            assert (reply.status, reply.code) == (409, "agreement_outdated")
