from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from functions.auth.staff_login.handler import app as login
from functions.auth.staff_totp.handler import app
from functions.users.me_read.handler import app as me
from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM
from shared.auth import staff
from shared.auth.session_models import AuthSession
from shared.auth.staff_models import StaffChallenge, StaffRole
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.users.models import User
from tests.builders import people
from tests.builders.people import PASSWORD, Staff
from tests.functions.conftest import Answer, Call, Signed


@pytest.fixture
def operator(database: object) -> Staff:
    with transaction() as session:
        return people.a_member_of_staff(session, utc_now())


def challenge(call: Call, member: Staff) -> str:
    reply = call(login, body={"email": member.person.email, "password": PASSWORD})
    assert reply.status == 200, reply.text
    return str(reply.json["challenge_token"])


def code(member: Staff, at: datetime | None = None) -> str:
    return pyotp.TOTP(member.totp_secret).at(at or utc_now())


def wrong(member: Staff) -> str:
    now = utc_now()
    right = {code(member, now + timedelta(seconds=30 * step)) for step in range(-2, 3)}
    return next(
        each for each in ("000000", "000001", "000002", "000003", "000004", "000005") if each not in right
    )


def finish(call: Call, token: str, **answer: str) -> Answer:
    return call(app, body={"challenge_token": token, **answer})


class TestTheSecondFactor:
    @pytest.mark.parametrize("role", list(StaffRole))
    def test_signs_in_with_the_members_role(self, call: Call, role: StaffRole) -> None:
        with transaction() as session:
            member = people.a_member_of_staff(session, utc_now(), role)

        reply = finish(call, challenge(call, member), code=code(member))

        assert reply.status == 200, reply.text
        seen = call(me, as_=Signed(reply.json["access_token"])).json
        assert (seen["id"], seen["role"], seen["status"]) == (str(member.person.id), role.value, "active")

    def test_takes_no_code_twice(self, call: Call, operator: Staff) -> None:
        now_code = code(operator)
        assert finish(call, challenge(call, operator), code=now_code).status == 200

        again = finish(call, challenge(call, operator), code=now_code)

        assert (again.status, again.code) == (401, "second_factor_refused")

    def test_takes_a_code_of_the_step_before_but_not_after_a_newer_one(
        self, call: Call, operator: Staff
    ) -> None:
        before = code(operator, utc_now() - timedelta(seconds=30))
        token, other = challenge(call, operator), challenge(call, operator)
        assert finish(call, token, code=code(operator)).status == 200

        assert finish(call, other, code=before).code == "second_factor_refused"

    def test_takes_a_code_of_a_slow_clock(self, call: Call, operator: Staff) -> None:
        before = code(operator, utc_now() - timedelta(seconds=29))

        assert finish(call, challenge(call, operator), code=before).status == 200

    def test_takes_no_older_code(self, call: Call, operator: Staff) -> None:
        old = code(operator, utc_now() - timedelta(seconds=90))

        assert finish(call, challenge(call, operator), code=old).code == "second_factor_refused"

    def test_gives_five_tries(self, call: Call, operator: Staff) -> None:
        token = challenge(call, operator)
        refused = [finish(call, token, code=wrong(operator)) for _ in range(5)]

        assert {each.code for each in refused} == {"second_factor_refused"}
        assert "попыток: 0" in refused[-1].json["detail"]
        assert finish(call, token, code=code(operator)).code == "challenge_over"
        with transaction() as session:
            lines = session.scalars(
                select(AuditLog).where(AuditLog.action == "session.second_factor_refused")
            ).all()
        assert len(lines) == 5

    def test_stops_guessing_over_many_challenges(self, call: Call, operator: Staff) -> None:
        for _ in range(2):
            token = challenge(call, operator)
            for _ in range(5):
                finish(call, token, code=wrong(operator))

        refused = finish(call, challenge(call, operator), code=code(operator))

        assert (refused.status, refused.code) == (429, "too_many_attempts")

    def test_is_too_late_after_five_minutes(self, call: Call, operator: Staff) -> None:
        token = challenge(call, operator)
        with transaction() as session:
            session.execute(update(StaffChallenge).values(expires_at=utc_now()))

        assert finish(call, token, code=code(operator)).code == "challenge_over"

    def test_works_once_for_a_password(self, call: Call, operator: Staff) -> None:
        token = challenge(call, operator)
        assert finish(call, token, code=code(operator)).status == 200

        again = finish(call, token, code=code(operator, utc_now() + timedelta(seconds=30)))

        assert again.code == "challenge_over"

    def test_does_not_save_a_challenge_of_a_password_that_was_changed(
        self, call: Call, operator: Staff
    ) -> None:
        token = challenge(call, operator)
        with transaction() as session:
            session.get_one(User, operator.person.id).password_changed_at = utc_now()

        assert finish(call, token, code=code(operator)).code == "challenge_over"

    @pytest.mark.parametrize("token", ["x" * 43, "invented-token-of-nobody-at-all-00"])
    def test_is_asked_for_by_the_first_step_only(self, call: Call, token: str) -> None:
        assert finish(call, token, code="123456").code == "challenge_over"

    @pytest.mark.parametrize("answer", [{}, {"code": "123456", "recovery_code": "abcd-efgh-jkmn-pqrs"}])
    def test_is_one_of_two(self, call: Call, answer: dict[str, str]) -> None:
        assert finish(call, "x" * 43, **answer).status == 422


class TestARecoveryCode:
    def test_stands_in_for_the_device_once(self, call: Call, operator: Staff) -> None:
        first = operator.recovery_codes[0]

        entered = finish(call, challenge(call, operator), recovery_code=first)
        again = finish(call, challenge(call, operator), recovery_code=first)
        another = finish(call, challenge(call, operator), recovery_code=operator.recovery_codes[1].upper())

        assert (entered.status, again.code, another.status) == (200, "second_factor_refused", 200)

    def test_is_its_members_alone(self, call: Call, operator: Staff) -> None:
        with transaction() as session:
            other = people.a_member_of_staff(session, utc_now())

        refused = finish(call, challenge(call, operator), recovery_code=other.recovery_codes[0])

        assert refused.code == "second_factor_refused"

    def test_is_one_of_ten(self, operator: Staff) -> None:
        assert len(set(operator.recovery_codes)) == 10


class TestAMemberWhoIsLetGo:
    def test_is_out_at_once(self, call: Call, operator: Staff) -> None:
        token = challenge(call, operator)
        signed = Signed(finish(call, challenge(call, operator), code=code(operator)).json["access_token"])
        assert call(me, as_=signed).status == 200

        with transaction() as session:
            staff.disable(session, email=str(operator.person.email), actor=SYSTEM, now=utc_now())

        assert call(me, as_=signed).status == 401
        assert finish(call, token, recovery_code=operator.recovery_codes[0]).code == "challenge_over"

    def test_is_out_even_with_a_session_that_nobody_ended(self, call: Call, operator: Staff) -> None:
        signed = Signed(finish(call, challenge(call, operator), code=code(operator)).json["access_token"])
        with transaction() as session:
            staff.disable(session, email=str(operator.person.email), actor=SYSTEM, now=utc_now())
            session.execute(update(AuthSession).values(revoked_at=None))

        assert call(me, as_=signed).status == 401
