from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.auth.agent_sms_send.handler import app as send
from functions.auth.agent_sms_verify.handler import app as verify
from functions.schedules.audit_seal.handler import app as seal
from shared.audit import seals
from shared.audit.chain_models import AuditLink
from shared.audit.tables import audit_logs
from tests.builders.cloud import Cloud
from tests.builders.outside import Outbox
from tests.functions.conftest import Call


class TestAuditSeal:
    def test_chains_what_people_did_and_keeps_the_seal_in_the_bucket(
        self, call: Call, app: Session, sms: Outbox, cloud: Cloud
    ) -> None:
        call(send, body={"phone": "+79165557788"})
        call(verify, body={"phone": "+79165557788", "code": sms.code("79165557788")})

        done = seal({}, None)

        written = app.scalars(select(audit_logs.c.id).order_by(audit_logs.c.id)).all()
        chained = app.scalars(select(AuditLink.audit_id).order_by(AuditLink.position)).all()
        assert written
        assert chained == written
        assert done == {"lines": len(written), "seals": 1}
        kept = seals.newest(app)
        assert kept is not None
        assert seals.from_file(cloud.file(seals.file_key(kept))) == kept

    def test_has_nothing_to_do_the_second_time(self, call: Call, sms: Outbox, cloud: Cloud) -> None:
        call(send, body={"phone": "+79165557788"})
        call(verify, body={"phone": "+79165557788", "code": sms.code("79165557788")})
        seal({}, None)

        assert seal({}, None) == {"lines": 0, "seals": 0}
