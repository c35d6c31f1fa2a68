from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from shared.access import rights
from shared.access.rights import Reach
from shared.audit.service import Actor
from shared.auth.session_models import AuthSession
from shared.config import auth, secrets
from shared.db.session import transaction
from shared.http.caller import OrganizationUnknown, Principal, act_for
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.inputs import ViewModel
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.organizations.models import MemberRole, OrganizationMember
from shared.security import access_tokens
from shared.users import service as users
from shared.users.consent_kinds import ConsentKind
from shared.users.consent_models import UserConsent
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.functions.conftest import Call, Signed


class CallerView(ViewModel):
    user_id: UUID
    role: Role
    organization_id: UUID | None


def said(caller: Principal) -> CallerView:
    return CallerView(user_id=caller.user_id, role=caller.role, organization_id=caller.organization_id)


see = HttpFunction("functions.self.see.handler")
change = HttpFunction("functions.self.change.handler")
complete = HttpFunction("functions.self.complete.handler")
agents_only = HttpFunction("functions.self.agents.handler")


@see.endpoint("GET", "/self", access=rights.OWN_ACCOUNT)
def show(caller: Principal) -> CallerView:
    return said(caller)


@change.endpoint("POST", "/self", access=rights.OWN_ACCOUNT)
def alter(caller: Principal) -> CallerView:
    return said(caller)


@complete.endpoint("POST", "/self/complete", access=rights.OWN_ACCOUNT, open_to_incomplete=True)
def fill_in(caller: Principal) -> CallerView:
    return said(caller)


@agents_only.endpoint("GET", "/agents", access=rights.OWN_TAX_STATUS)
def for_agents(caller: Principal) -> CallerView:
    return said(caller)


def a_user(status: UserStatus) -> Signed:
    now = utc_now()
    with transaction() as session:
        person = people.an_agent(session, now)
        session.get_one(User, person.id).status = status
        return people.sign_in(session, person, Role.AGENT, now)


def an_agency() -> tuple[people.Agency, Signed]:
    now = utc_now()
    with transaction() as session:
        agency = people.an_agency(session, now)
        return agency, people.sign_in(session, agency.admin, Role.AGENCY_ADMIN, now)


def a_token(claims: access_tokens.AccessClaims, *, now: datetime | None = None) -> str:
    return access_tokens.issue(
        claims,
        keys=secrets.token_keys(),
        issuer=auth.load().issuer,
        lifetime=timedelta(minutes=15),
        now=now or utc_now(),
    )


class TestAStranger:
    @pytest.mark.parametrize(
        "header",
        [None, "", "Bearer", "Bearer ", "Basic YTpi", "Token x", "Bearer not.a.token", "Bearer \udcff"],
    )
    def test_is_told_to_sign_in(self, call: Call, header: str | None) -> None:
        reply = call(see, headers={} if header is None else {"Authorization": header})

        assert (reply.status, reply.code) == (401, "sign_in_needed")
        assert reply.headers["WWW-Authenticate"] == "Bearer"

    def test_with_a_true_token_of_no_session_is_one_too(self, call: Call) -> None:
        token = a_token(access_tokens.AccessClaims(new_id(), new_id(), "agent"))

        assert call(see, as_=Signed(token)).status == 401

    def test_whose_session_was_revoked_is_one_too(self, call: Call, agent: Signed) -> None:
        assert call(see, as_=agent).status == 200
        with transaction() as session:
            session.scalars(select(AuthSession)).one().revoked_at = utc_now()

        assert call(see, as_=agent).status == 401

    def test_whose_session_has_ended_is_one_too(self, call: Call, agent: Signed) -> None:
        with transaction() as session:
            session.scalars(select(AuthSession)).one().expires_at = utc_now()

        assert call(see, as_=agent).status == 401

    def test_whose_token_is_old_is_one_too(self, call: Call, agent: Signed) -> None:
        with transaction() as session:
            found = session.scalars(select(AuthSession)).one()
        claims = access_tokens.AccessClaims(found.user_id, found.id, "agent")

        assert call(see, as_=Signed(a_token(claims))).status == 200
        assert call(see, as_=Signed(a_token(claims, now=utc_now() - timedelta(minutes=16)))).status == 401


class TestSomebodySignedIn:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    @pytest.mark.parametrize("header", ["Authorization", "authorization", "AUTHORIZATION"])
    def test_is_known_by_his_token(self, call: Call, agent: Signed, scheme: str, header: str) -> None:
        reply = call(see, headers={header: f"{scheme} {agent.access_token}"})

        assert reply.json == {"user_id": str(agent.user_id), "role": "agent", "organization_id": None}

    def test_has_the_role_of_his_door_whatever_the_token_says(self, call: Call, client: Signed) -> None:
        with transaction() as session:
            found = session.scalars(select(AuthSession)).one()
        token = a_token(access_tokens.AccessClaims(found.user_id, found.id, "admin"))

        assert call(see, as_=Signed(token)).json["role"] == "client"

    def test_reaches_only_what_is_open_to_his_role(self, call: Call, agent: Signed, client: Signed) -> None:
        assert call(agents_only, as_=agent).status == 200
        refused = call(agents_only, as_=client)
        assert (refused.status, refused.code) == (403, "role_not_allowed")

    def test_is_named_in_the_audit_with_his_address(self) -> None:
        caller = Principal(new_id(), new_id(), Role.AGENT, Reach.OWN, None)

        assert caller.actor(RequestFacts("203.0.113.7", "Firefox", "r-1")) == Actor(
            caller.user_id, "203.0.113.7", "Firefox"
        )


class TestSomebodyWithoutConsents:
    def test_reaches_only_what_lets_him_give_them(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            user = users.create(session, phone=people.a_phone(), phone_verified_at=now, now=now)
            someone = people.Person(user.id, "", None, None)
            signed = people.sign_in(session, someone, Role.AGENT, now)

        assert call(complete, as_=signed).status == 200
        for function in (see, change):
            refused = call(function, as_=signed)
            assert (refused.status, refused.code) == (403, "consents_needed")

    def test_of_one_door_is_as_free_as_ever_behind_the_other(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            person = people.a_client(session, now)
            before = people.sign_in(session, person, Role.CLIENT, now)
            as_agent = people.sign_in(session, person, Role.AGENT, now)
            after = people.sign_in(session, person, Role.CLIENT, now)

        assert [call(change, as_=each).status for each in (before, as_agent, after)] == [200, 403, 200]

    def test_is_whoever_has_withdrawn_one(self, call: Call, agent: Signed) -> None:
        with transaction() as session:
            given = session.scalars(select(UserConsent).where(UserConsent.kind == ConsentKind.TERMS)).one()
            given.withdrawn_at = utc_now()

        assert call(see, as_=agent).code == "consents_needed"


class TestSomebodyBlocked:
    def test_may_look_but_change_nothing(self, call: Call) -> None:
        signed = a_user(UserStatus.BLOCKED)

        assert call(see, as_=signed).status == 200
        for function in (change, complete):
            refused = call(function, as_=signed)
            assert (refused.status, refused.code) == (403, "account_blocked")

    def test_may_look_though_he_can_give_no_consents_any_more(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            user = users.create(session, phone=people.a_phone(), phone_verified_at=now, now=now)
            user.status = UserStatus.BLOCKED
            signed = people.sign_in(session, people.Person(user.id, "", None, None), Role.AGENT, now)

        assert call(see, as_=signed).status == 200


class TestTheOrganization:
    def test_is_his_only_one_though_he_has_two_roles_in_it(self, call: Call) -> None:
        agency, signed = an_agency()
        with transaction() as session:
            roles = session.scalars(
                select(OrganizationMember.member_role).where(OrganizationMember.user_id == agency.admin.id)
            ).all()

        assert sorted(roles) == [MemberRole.ADMIN, MemberRole.SIGNER]
        assert call(see, as_=signed).json["organization_id"] == str(agency.id)

    def test_is_the_one_he_chooses_where_he_has_several(self, call: Call) -> None:
        (first, signed), (second, _) = an_agency(), an_agency()
        with transaction() as session:
            session.add(
                OrganizationMember(
                    organization_id=second.id,
                    user_id=first.admin.id,
                    member_role=MemberRole.ADMIN,
                    created_at=utc_now(),
                )
            )

        assert call(see, as_=signed).json["organization_id"] is None
        for agency in (first, second):
            chosen = call(see, as_=signed, headers={"X-Organization-Id": str(agency.id).upper()})
            assert chosen.json["organization_id"] == str(agency.id)

    @pytest.mark.parametrize("member_role", [MemberRole.AGENT, MemberRole.ACCOUNTANT])
    def test_is_none_where_he_is_something_else_than_his_door_says(
        self, call: Call, member_role: MemberRole
    ) -> None:
        (first, signed), (second, _) = an_agency(), an_agency()
        with transaction() as session:
            session.add(
                OrganizationMember(
                    organization_id=second.id,
                    user_id=first.admin.id,
                    member_role=member_role,
                    created_at=utc_now(),
                )
            )

        assert call(see, as_=signed).json["organization_id"] == str(first.id)
        refused = call(see, as_=signed, headers={"X-Organization-Id": str(second.id)})
        assert (refused.status, refused.code) == (404, "organization_not_found")

    def test_of_somebody_else_does_not_exist(self, call: Call) -> None:
        (_, signed), (other, _) = an_agency(), an_agency()

        answers = {
            (reply.status, reply.code, reply.json["detail"])
            for chosen in (str(other.id), str(new_id()), "", "mine", "\udcff")
            for reply in [call(see, as_=signed, headers={"x-organization-id": chosen})]
        }
        assert answers == {(404, "organization_not_found", "Организация не найдена.")}

    def test_that_he_has_left_is_not_his(self, call: Call) -> None:
        agency, signed = an_agency()
        with transaction() as session:
            for member in session.scalars(select(OrganizationMember)):
                member.removed_at = utc_now()

        assert call(see, as_=signed).json["organization_id"] is None
        assert call(see, as_=signed, headers={"X-Organization-Id": str(agency.id)}).status == 404

    def test_in_a_path_must_be_the_one_he_acts_for(self) -> None:
        mine = new_id()
        caller = Principal(new_id(), new_id(), Role.AGENCY_ADMIN, Reach.AGENCY, mine)

        assert act_for(caller, mine) == mine
        with pytest.raises(OrganizationUnknown):
            act_for(caller, new_id())
