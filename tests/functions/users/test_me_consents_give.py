import pytest

from functions.users.me_consents_give.handler import app
from functions.users.me_payout_accounts_list.handler import app as payout_accounts
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users import service as users
from tests.builders import people
from tests.functions.conftest import Call, Signed


@pytest.fixture
def newcomer(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        user = users.create(session, phone=people.a_phone(), phone_verified_at=now, now=now)
        return people.sign_in(session, people.Person(user.id, "", None, None), Role.AGENT, now)


class TestGivingConsents:
    def test_opens_the_rest_to_an_agent_once_all_required_are_given(
        self, call: Call, newcomer: Signed
    ) -> None:
        before = call(payout_accounts, as_=newcomer)
        some = call(app, as_=newcomer, body={"consents": {"personal_data": True, "terms": True}})
        every = call(app, as_=newcomer, body={"consents": {"realtor_offer": True}})
        after = call(payout_accounts, as_=newcomer)

        assert (before.status, before.code) == (403, "consents_needed")
        assert (some.json["status"], every.json["status"]) == ("incomplete", "active")
        assert every.json["consents"]["marketing"] is False
        assert after.status == 200

    @pytest.mark.parametrize(
        "consents", [{}, {"personal_data": False}, {"personal_data": "yes"}, {"everything": True}]
    )
    def test_takes_nothing_but_a_plain_yes(
        self, call: Call, newcomer: Signed, consents: dict[str, object]
    ) -> None:
        assert call(app, as_=newcomer, body={"consents": consents}).code == "invalid_fields"
