import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from functions.documents.sign.handler import app as sign
from functions.documents.sign_request.handler import app as sign_request
from shared.deals.models import Deal
from shared.signatures.models import Signature
from tests.builders.outside import Outbox
from tests.functions.conftest import Call, Signed
from tests.functions.documents.conftest import Desk

PHONE = "79161112233"


@pytest.mark.usefixtures("no_queue")
class TestSignDocument:
    def ask(self, call: Call, desk: Desk, who: Signed) -> None:
        assert call(sign_request, as_=who, document_id=desk.contract.id).status == 202

    def test_both_sign_and_the_deal_is_signed(
        self, call: Call, opened: Desk, sms: Outbox, app: Session
    ) -> None:
        self.ask(call, opened, opened.client)
        first = call(sign, as_=opened.client, document_id=opened.contract.id, body={"code": sms.code(PHONE)})
        self.ask(call, opened, opened.signer)
        phone = (opened.contract.crew.agency.admin.phone or "").removeprefix("+")
        second = call(sign, as_=opened.signer, document_id=opened.contract.id, body={"code": sms.code(phone)})

        assert [one["status"] for one in first.json["signers"]] == ["signed", "waiting"]
        assert (second.status, second.json["status"]) == (200, "signed")
        assert app.scalars(select(Deal.status)).one() == "signed"

    def test_the_same_key_signs_once(self, call: Call, opened: Desk, sms: Outbox, app: Session) -> None:
        self.ask(call, opened, opened.client)
        body = {"code": sms.code(PHONE)}

        replies = [
            call(sign, as_=opened.client, document_id=opened.contract.id, body=body, key="signed-once-only")
            for _ in range(2)
        ]

        assert [reply.status for reply in replies] == [200, 200]
        assert app.scalar(select(func.count()).select_from(Signature)) == 1

    def test_a_wrong_code_is_refused_and_counted(
        self, call: Call, opened: Desk, sms: Outbox, app: Session
    ) -> None:
        self.ask(call, opened, opened.client)
        right = sms.code(PHONE)
        wrong = {"code": f"{(int(right) + 1) % 1_000_000:06d}"}

        refusals = [
            call(sign, as_=opened.client, document_id=opened.contract.id, body=wrong) for _ in range(5)
        ]
        late = call(sign, as_=opened.client, document_id=opened.contract.id, body={"code": right})

        assert {refusal.code for refusal in [*refusals, late]} == {"code_refused"}
        assert app.scalar(select(func.count()).select_from(Signature)) == 0

    def test_a_sign_in_code_signs_nothing(self, call: Call, opened: Desk) -> None:
        reply = call(sign, as_=opened.client, document_id=opened.contract.id, body={"code": "123456"})

        assert (reply.status, reply.code) == (409, "signature_not_requested")

    @pytest.mark.parametrize("body", [{"code": "12345"}, {"code": "abcdef"}, {"code": 123456}, {}])
    def test_names_the_field_that_is_wrong(self, call: Call, opened: Desk, body: dict[str, object]) -> None:
        reply = call(sign, as_=opened.client, document_id=opened.contract.id, body=body)

        assert (reply.status, reply.json["errors"][0]["field"]) == (422, "code")

    def test_somebody_elses_does_not_exist(self, call: Call, opened: Desk) -> None:
        reply = call(sign, as_=opened.stranger, document_id=opened.contract.id, body={"code": "123456"})

        assert reply.status == 404
