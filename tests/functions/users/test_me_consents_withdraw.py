from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from functions.users.me_consents_give.handler import app as give
from functions.users.me_consents_list.handler import app as read
from functions.users.me_consents_withdraw.handler import app
from functions.users.me_payout_accounts_list.handler import app as payout_accounts
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.functions.conftest import Call, Signed


@pytest.fixture
def agent(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)


def history(call: Call, person: Signed) -> list[tuple[str, bool]]:
    lines = call(read, as_=person).json["history"]
    return [(each["kind"], each["withdrawn_at"] is not None) for each in lines]


class TestWithdrawingAConsent:
    @pytest.mark.parametrize("kind", ["personal_data", "terms", "realtor_offer"])
    def test_that_the_door_requires_closes_the_rest_until_it_is_given_again(
        self, call: Call, agent: Signed, kind: str
    ) -> None:
        withdrawn = call(app, as_=agent, kind=kind)
        after = call(payout_accounts, as_=agent)
        call(give, as_=agent, body={"consents": {kind: True}})
        again = call(payout_accounts, as_=agent)

        assert (withdrawn.status, withdrawn.json["kind"]) == (200, kind)
        assert any("Подписанные договоры" in sentence for sentence in withdrawn.json["consequences"])
        assert (after.status, after.code) == (403, "consents_needed")
        assert again.status == 200

    def test_tells_when_the_data_go(self, call: Call, agent: Signed) -> None:
        told = call(app, as_=agent, kind="personal_data").json["consequences"]

        assert any("в течение 30 дней" in sentence for sentence in told)

    def test_leaves_the_giving_as_history(self, call: Call, agent: Signed) -> None:
        call(app, as_=agent, kind="terms")
        call(give, as_=agent, body={"consents": {"terms": True}})

        assert [each for each in history(call, agent) if each[0] == "terms"] == [
            ("terms", False),
            ("terms", True),
        ]

    def test_keeps_from_where_it_was_withdrawn(self, call: Call, agent: Signed, owner: Connection) -> None:
        call(app, as_=agent, kind="terms", peer="198.51.100.7", headers={"User-Agent": "another"})

        kept = owner.execute(
            text(
                "SELECT withdrawn_ip, withdrawn_user_agent FROM user_consents WHERE withdrawn_at IS NOT NULL"
            )
        ).one()
        audited = owner.execute(
            text("SELECT before FROM audit_logs WHERE action = 'consent.withdrawn'")
        ).one()
        assert tuple(kept) == ("198.51.100.7", "another")
        assert audited[0] == {"kind": "terms", "version": "1"}

    def test_is_open_to_the_blocked(self, call: Call, agent: Signed) -> None:
        with transaction() as session:
            session.get_one(User, agent.user_id).status = UserStatus.BLOCKED

        assert call(app, as_=agent, kind="personal_data").status == 200

    def test_calls_an_operator_where_an_agency_leaves(
        self, call: Call, agent: Signed, owner: Connection
    ) -> None:
        call(give, as_=agent, body={"consents": {"agency_offer": True}})

        call(app, as_=agent, kind="agency_offer")

        tasks = owner.execute(text("SELECT kind, reason, entity_id FROM operator_tasks")).all()
        assert [tuple(each) for each in tasks] == [("consent_withdrawn", "agency_offer", agent.user_id)]

    def test_that_was_not_given_is_said(self, call: Call, agent: Signed) -> None:
        never = call(app, as_=agent, kind="marketing")
        call(app, as_=agent, kind="terms")
        twice = call(app, as_=agent, kind="terms")

        assert (never.status, never.code) == (409, "consent_not_given")
        assert (twice.status, twice.code) == (409, "consent_not_given")

    def test_of_no_known_kind_is_not_found(self, call: Call, agent: Signed) -> None:
        reply = call(app, as_=agent, kind="everything")

        assert (reply.status, reply.code) == (404, "consent_unknown")


class TestTheHistoryOfConsents:
    """An attack on the table itself, as the application and as the tables' owner."""

    ATTACKS = (
        "UPDATE user_consents SET withdrawn_at = now() WHERE withdrawn_at IS NOT NULL",
        "UPDATE user_consents SET withdrawn_at = NULL WHERE withdrawn_at IS NOT NULL",
        "UPDATE user_consents SET withdrawn_ip = '203.0.113.1' WHERE withdrawn_at IS NOT NULL",
        "UPDATE user_consents SET withdrawn_ip = '203.0.113.1' WHERE withdrawn_at IS NULL",
        "UPDATE user_consents SET given_at = now()",
        "UPDATE user_consents SET document_version = '2', withdrawn_at = now() WHERE withdrawn_at IS NULL",
        "UPDATE user_consents SET user_agent = 'x', withdrawn_at = now() WHERE withdrawn_at IS NULL",
        "DELETE FROM user_consents",
        "TRUNCATE user_consents",
    )

    @pytest.mark.parametrize("role", ["app", "owner"])
    @pytest.mark.parametrize("attack", ATTACKS)
    def test_takes_no_other_change_than_one_withdrawal(
        self, call: Call, agent: Signed, connect: Callable[[str], Connection], role: str, attack: str
    ) -> None:
        call(app, as_=agent, kind="terms")
        attacker = connect(role)

        with pytest.raises(DBAPIError, match=r"permission denied|only withdrawn|append-only"):
            attacker.execute(text(attack))
        attacker.rollback()

        assert sorted(history(call, agent)) == [
            ("personal_data", False),
            ("realtor_offer", False),
            ("terms", True),
        ]

    def test_withstands_an_owner_who_switches_triggers_off_for_his_session(
        self, call: Call, agent: Signed, connect: Callable[[str], Connection]
    ) -> None:
        superuser = connect("admin")
        superuser.execute(text("SET session_replication_role = replica"))

        with pytest.raises(DBAPIError, match="append-only"):
            superuser.execute(text("DELETE FROM user_consents"))
