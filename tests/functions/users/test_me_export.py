import json
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from functions.users.me_consents_withdraw.handler import app as withdraw
from functions.users.me_export.handler import app as export
from shared.db.session import transaction
from shared.deals.words import ReleaseRule
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.privacy.export import Section
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.builders.deals import read_and_sign
from tests.builders.people import Person
from tests.functions.conftest import Call, Signed
from tests.shared.deals.test_milestones import EVENT, object_to, report
from tests.shared.disputes.claims import WORDS, decide, open_dispute
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast, a_step
from tests.shared.privacy.lives import ADDRESS, OLD_PHONE, PASSPORT, Life, a_life
from tests.shared.privacy.money import LINK, close, pay_out, register_receipts
from tests.shared.signatures.conftest import Contract, a_contract


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch, no_queue: None) -> None:
    assert no_queue is None
    monkeypatch.setenv("S3_BUCKET_DOCUMENTS", "documents")


@pytest.fixture
def life(app: Session) -> Life:
    found = a_life(app, utc_now())
    app.commit()
    return found


@pytest.fixture
def contract(app: Session) -> Contract:
    """Both have signed."""
    now = utc_now()
    made = a_contract(app, at=now)
    for viewer in (made.as_client, made.as_signer):
        read_and_sign(made.id, viewer, now)
    app.commit()
    return made


def signed_in(person: Person, role: Role = Role.AGENT) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, person, role, now)


def sections(call: Call, person: Signed) -> dict[str, list[dict[str, Any]]]:
    reply = call(export, as_=person)
    assert reply.status == 200, reply.text
    found: dict[str, list[dict[str, Any]]] = reply.json["sections"]
    return found


class TestOnesExport:
    def test_holds_the_whole_account_the_passport_too(self, call: Call, life: Life) -> None:
        (account,) = sections(call, signed_in(life.person))["account"]

        assert account["id"] == str(life.person.id)
        assert (account["phone"], account["email"], account["inn"]) == (life.phone, life.email, life.inn)
        assert (account["full_name"], account["address"]) == (life.person.full_name, ADDRESS)
        assert account["passport"] == PASSPORT
        assert account["tax_service"]["status"] == "bound"

    def test_has_every_section(self, call: Call, life: Life) -> None:
        assert list(sections(call, signed_in(life.person))) == [each.value for each in Section]

    def test_tells_of_consents_sessions_accounts_and_former_contacts(self, call: Call, life: Life) -> None:
        found = sections(call, signed_in(life.person))

        assert {each["kind"] for each in found["consents"]} == {"personal_data", "terms", "realtor_offer"}
        assert all(each["ip"] == "127.0.0.1" for each in found["consents"])
        assert len(found["signature_agreements"]) == 1
        assert {each["role"] for each in found["sessions"]} == {"agent"}
        (account,) = found["payout_accounts"]
        assert account["details"] == {"phone": life.phone, "bank_id": people.BANK_ID}
        (change,) = found["contact_changes"]
        assert (change["old_address"], change["new_address"]) == (OLD_PHONE, life.phone)

    def test_tells_of_deals_documents_and_signatures(self, call: Call, contract: Contract) -> None:
        found = sections(call, signed_in(contract.client, Role.CLIENT))

        (deal,) = found["deals"]
        assert (deal["id"], deal["price_kopecks"]) == (str(contract.deal_id), 12_500_000_00)
        mine, executor = deal["parties"]
        assert (mine["phone"], mine["email"]) == (contract.client.phone, contract.client.email)
        assert mine["passport"]["number"] == "123456"
        assert executor == {
            "role": "executor",
            "name": "Общество с ограниченной ответственностью «Дом и ключи»",
        }
        (document,) = found["documents"]
        assert f"/documents/{contract.id}/contract.pdf?" in document["file"]
        (signature,) = found["signatures"]
        assert (signature["name"], signature["phone"]) == (contract.client.full_name, contract.client.phone)
        assert signature["document_sha256"] == document["sha256"]
        assert "code" not in json.dumps(found["signatures"]).replace("code_issued_at", "")

    def test_of_an_agent_tells_nothing_of_his_client_but_the_name(
        self, call: Call, contract: Contract
    ) -> None:
        client = contract.client
        assert client.phone is not None
        assert client.email is not None

        reply = call(export, as_=signed_in(contract.crew.agent))

        (deal,) = reply.json["sections"]["deals"]
        assert deal["is_agent"] is True
        assert deal["parties"][0] == {"role": "client", "name": client.full_name}
        assert client.phone not in reply.text
        assert client.email not in reply.text
        assert reply.json["sections"]["signatures"] == []

    def test_tells_a_person_nothing_of_deals_that_are_not_his(
        self, call: Call, contract: Contract, life: Life
    ) -> None:
        found = sections(call, signed_in(life.person))

        assert [found[name] for name in ("deals", "documents", "signatures", "payments")] == [[], [], [], []]

    def test_tells_of_payments_payouts_and_receipts(self, call: Call) -> None:
        cast = a_cast(agency=False)
        pay_out(cast)
        close(cast)
        register_receipts()

        agent = sections(call, signed_in(Person(cast.agent_id, "", None, None)))
        client = sections(call, signed_in(Person(cast.client_id, "", None, None), Role.CLIENT))

        assert [each["amount_kopecks"] for each in agent["payments"]] == [300_000_00]
        assert [each["status"] for each in agent["payouts"]] == ["succeeded"]
        assert [(each["link"], each["is_taxpayer"]) for each in agent["receipts"]] == [(LINK, True)]
        assert [each["id"] for each in client["payments"]] == [each["id"] for each in agent["payments"]]
        assert client["payouts"] == []
        assert [(each["link"], each["is_taxpayer"]) for each in client["receipts"]] == [(LINK, False)]

    def test_tells_what_was_said_of_his_deals(self, call: Call) -> None:
        cast = a_cast(hold_days=3)
        pay_step(FakeCollector(), cast)
        decide(cast, open_dispute(cast), Money(200_000_00), Money(100_000_00))

        client = sections(call, signed_in(Person(cast.client_id, "", None, None), Role.CLIENT))
        agent = sections(call, signed_in(Person(cast.agent_id, "", None, None)))
        stranger = sections(call, signed_in(Person(a_cast().client_id, "", None, None), Role.CLIENT))

        (mine,), (his,) = client["disputes"], agent["disputes"]
        assert (mine["reason"], mine["decision"]) == (WORDS, "Показы подтверждены частично.")
        assert (mine["is_opener"], his["is_opener"]) == (True, False)
        assert his["decision"] == mine["decision"]
        assert stranger["disputes"] == []

    def test_tells_what_the_client_objected_to(self, call: Call) -> None:
        milestone = a_step(Money(200_000_00), ReleaseRule.MILESTONE, milestone=EVENT)
        cast = a_cast(steps=[Money(100_000_00), milestone])
        report(cast)
        object_to(cast)

        client = sections(call, signed_in(Person(cast.client_id, "", None, None), Role.CLIENT))
        agent = sections(call, signed_in(Person(cast.agent_id, "", None, None)))

        (mine,), (his,) = client["objections"], agent["objections"]
        assert mine["objection"] == his["objection"] != ""
        assert (mine["is_objector"], his["is_objector"]) == (True, False)

    def test_tells_what_was_done_to_the_account_but_not_by_whom(
        self, call: Call, life: Life, owner: Connection
    ) -> None:
        me = signed_in(life.person)
        owner.execute(
            text(
                "INSERT INTO audit_logs (id, actor_id, action, entity_kind, entity_id, ip, user_agent, request_id,"
                " recorded_at) VALUES (gen_random_uuid(), gen_random_uuid(), 'user.read', 'user', :id,"
                " '203.0.113.9', 'desk', 'r', now())"
            ),
            {"id": life.person.id},
        )
        owner.commit()

        lines = sections(call, me)["audit"]

        (looked,) = [each for each in lines if each["action"] == "user.read"]
        assert looked["by"] == "other"
        assert not {"ip", "user_agent", "actor_id"} & looked.keys()
        own = [each for each in lines if each["action"] == "session.opened"]
        assert own
        assert {(each["by"], each["ip"]) for each in own} == {("self", "127.0.0.1")}


class TestALongExport:
    @pytest.fixture
    def undecided(self, life: Life, owner: Connection) -> Signed:
        """He gave one consent and withdrew it 150 times."""
        owner.execute(
            text(
                "INSERT INTO user_consents (id, user_id, kind, document_version, document_sha256, given_at, withdrawn_at,"
                " ip, user_agent) SELECT gen_random_uuid(), :id, 'marketing', '1', '', now(), now(), '127.0.0.1', ''"
                " FROM generate_series(1, 150)"
            ),
            {"id": life.person.id},
        )
        owner.commit()
        return signed_in(life.person)

    def test_goes_on_where_it_stopped_until_all_is_told(self, call: Call, undecided: Signed) -> None:
        first = call(export, as_=undecided).json
        rest = call(
            export, as_=undecided, query={"section": "consents", "after": first["more"]["consents"]}
        ).json

        assert list(first["more"]) == ["consents"]
        assert [len(part["sections"]["consents"]) for part in (first, rest)] == [100, 53]
        told = {each["id"] for part in (first, rest) for each in part["sections"]["consents"]}
        assert len(told) == 153
        assert (list(rest["sections"]), rest["more"]) == (["consents"], {})

    def test_goes_on_only_with_a_section(self, call: Call, life: Life) -> None:
        reply = call(export, as_=signed_in(life.person), query={"after": str(life.person.id)})

        assert (reply.status, reply.code) == (422, "invalid_fields")


class TestAskingForAnExport:
    def test_is_open_to_the_incomplete_and_the_blocked(self, call: Call, life: Life) -> None:
        me = signed_in(life.person)
        call(withdraw, as_=me, kind="terms")
        incomplete = call(export, as_=me).status
        with transaction() as session:
            session.get_one(User, life.person.id).status = UserStatus.BLOCKED

        assert (incomplete, call(export, as_=me).status) == (200, 200)

    def test_needs_a_fresh_session(self, call: Call, life: Life, owner: Connection) -> None:
        me = signed_in(life.person)
        owner.execute(text("UPDATE sessions SET created_at = now() - interval '16 minutes'"))
        owner.commit()

        assert call(export, as_=me).code == "fresh_sign_in_needed"

    def test_is_written_down(self, call: Call, life: Life, owner: Connection) -> None:
        call(export, as_=signed_in(life.person), query={"section": "deals"})

        line = owner.execute(
            text("SELECT actor_id, entity_id, after FROM audit_logs WHERE action = 'user.exported'")
        ).one()
        assert tuple(line) == (
            life.person.id,
            life.person.id,
            {"section": "deals", "goes_on": False},
        )

    def test_is_possible_twenty_times_a_day(self, call: Call, life: Life) -> None:
        me = signed_in(life.person)

        replies = [call(export, as_=me, query={"section": "consents"}) for _ in range(21)]

        assert [each.status for each in replies] == [200] * 20 + [429]
