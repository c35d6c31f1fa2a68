from functions.deals.list.handler import app as deals
from functions.organizations.members_list.handler import app as list_members
from functions.organizations.members_remove.handler import app
from shared.audit.service import SYSTEM
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole
from shared.users import consents
from shared.users.consent_kinds import required
from tests.builders import people
from tests.functions.conftest import Call
from tests.functions.organizations.conftest import Office


class TestRemovingAMember:
    def test_ends_what_his_session_reaches_at_once(self, call: Call, office: Office) -> None:
        header = {"X-Organization-Id": str(office.agency.id)}
        before = call(deals, as_=office.as_agent, headers=header)

        reply = call(app, as_=office.admin, organization_id=office.agency.id, user_id=office.agent.id)

        assert (before.status, reply.status, reply.text) == (200, 204, "")
        after = call(deals, as_=office.as_agent, headers=header)
        assert (after.status, after.code) == (404, "organization_not_found")

    def test_takes_the_house_from_an_admin_who_is_signed_in(self, call: Call, office: Office) -> None:
        now = utc_now()
        with transaction() as session:
            second = people.a_client(session, now)
            organizations.add_member(
                session, office.agency.id, second.id, MemberRole.ADMIN, actor=SYSTEM, now=now
            )
            consents.give(
                session, user_id=second.id, kinds=required(Role.AGENCY_ADMIN), now=now, **people.PEER
            )
            as_second = people.sign_in(session, second, Role.AGENCY_ADMIN, now)
        assert call(list_members, as_=as_second, organization_id=office.agency.id).status == 200

        call(app, as_=office.admin, organization_id=office.agency.id, user_id=second.id)

        assert call(list_members, as_=as_second, organization_id=office.agency.id).status == 404

    def test_keeps_the_last_admin(self, call: Call, office: Office) -> None:
        reply = call(app, as_=office.admin, organization_id=office.agency.id, user_id=office.agency.admin.id)

        assert (reply.status, reply.code) == (409, "last_admin")

    def test_of_another_organization_finds_nobody(self, call: Call, office: Office) -> None:
        foreign = call(app, as_=office.stranger, organization_id=office.agency.id, user_id=office.agent.id)
        absent = call(app, as_=office.admin, organization_id=office.agency.id, user_id=office.agency.id)

        assert (foreign.status, foreign.code) == (404, "organization_not_found")
        assert (absent.status, absent.code) == (404, "member_not_found")
