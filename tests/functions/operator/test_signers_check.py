from functions.operator.signers_check.handler import app
from functions.organizations.signers_add.handler import app as appoint
from shared.audit.service import SYSTEM
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole
from tests.builders import people
from tests.functions.conftest import Call, Signed


class TestCheckingASigner:
    def test_lets_him_sign(self, call: Call, operator: Signed) -> None:
        now = utc_now()
        with transaction() as session:
            agency, person = people.an_agency(session, now), people.a_client(session, now)
            organizations.add_member(
                session, agency.id, person.id, MemberRole.ACCOUNTANT, actor=SYSTEM, now=now
            )
            admin = people.sign_in(session, agency.admin, Role.AGENCY_ADMIN, now)
        call(
            appoint,
            as_=admin,
            organization_id=agency.id,
            body={
                "user_id": str(person.id),
                "authority": {"position": "Директор", "kind": "charter"},
            },
        )

        replies = [call(app, as_=operator, organization_id=agency.id, user_id=person.id) for _ in range(2)]

        assert [reply.status for reply in replies] == [200, 409]
        (signer,) = [each for each in replies[0].json["roles"] if each["member_role"] == "signer"]
        assert signer["checked_at"] is not None
        with transaction() as session:
            found = organizations.signers(session, agency.id, now=utc_now())
        assert {each.user_id for each in found} == {agency.admin.id, person.id}

    def test_of_no_signer_is_not_found(self, call: Call, operator: Signed) -> None:
        with transaction() as session:
            agency = people.an_agency(session, utc_now())

        reply = call(app, as_=operator, organization_id=agency.id, user_id=agency.id)

        assert (reply.status, reply.code) == (404, "member_not_found")
