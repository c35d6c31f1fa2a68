from datetime import timedelta

from sqlalchemy import select
from sqlalchemy import update as update_rows
from sqlalchemy.orm import Session

from functions.auth.agent_sms_send.handler import app as send
from functions.auth.agent_sms_verify.handler import app as verify
from functions.schedules.housekeeping.handler import app as clean
from functions.users.me_read.handler import app as me
from functions.users.me_update.handler import app as update
from shared.audit.service import SYSTEM
from shared.auth import registrations
from shared.auth.models import OtpSession
from shared.auth.registration_models import Registration
from shared.auth.registrations import Details
from shared.auth.session_models import AuthSession, RefreshToken
from shared.auth.staff_models import StaffChallenge
from shared.desk import failures
from shared.desk.failure_tables import message_failures
from shared.idempotency.models import IdempotencyKey
from shared.kernel.clock import utc_now
from shared.limits.models import RateLimit
from shared.organizations import invitations
from shared.organizations.invitation_models import Invitation
from shared.organizations.models import MemberRole
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Call, Signed

NOTHING = {
    "answers": 0,
    "codes": 0,
    "refresh_tokens": 0,
    "sessions": 0,
    "registrations": 0,
    "invitations": 0,
    "staff_challenges": 0,
    "rate_limits": 0,
    "message_failures": 0,
}
YEAR = timedelta(days=365)


def leave_behind(app: Session) -> None:
    """A registration, an invitation and a sign-in of staff that nobody ended."""
    now = utc_now()
    registrations.register(
        app,
        phone="+79165557789",
        details=Details("Ежова Ксения", "ksenia@example.ru", None, self_employed=False, inn=None),
        kinds=set(),
        now=now,
        **people.PEER,
    )
    member = people.a_member_of_staff(app, now)
    app.add(
        StaffChallenge(
            user_id=member.person.id,
            token_hash=b"a challenge",
            created_at=now,
            expires_at=now + timedelta(minutes=5),
            **people.PEER,
        )
    )
    invitations.invite(
        app,
        organization_id=people.an_agency(app, now).id,
        member_role=MemberRole.ACCOUNTANT,
        email=people.an_email(),
        actor=SYSTEM,
        now=now,
    )
    failures.note(app, queue="jobs", message_id="m-1", reason="KeyError", now=now)
    app.commit()


class TestHousekeeping:
    def test_leaves_what_is_in_use_and_removes_it_a_year_later(
        self, call: Call, app: Session, sms: Outbox
    ) -> None:
        call(send, body={"phone": "+79165557788"})
        entered = call(verify, body={"phone": "+79165557788", "code": sms.code("79165557788")}).json
        signed = Signed(entered["access_token"])
        call(update, as_=signed, body={"city": "Москва"})
        leave_behind(app)

        assert clean({}, None) == NOTHING
        assert call(me, as_=signed).status == 200

        for table, column in (
            (IdempotencyKey, "expires_at"),
            (OtpSession, "created_at"),
            (RefreshToken, "expires_at"),
            (AuthSession, "expires_at"),
            (Registration, "expires_at"),
            (StaffChallenge, "expires_at"),
            (Invitation, "expires_at"),
            (RateLimit, "window_ends_at"),
        ):
            for row in app.scalars(select(table)):
                setattr(row, column, getattr(row, column) - YEAR)
        app.execute(update_rows(message_failures).values(last_failed_at=utc_now() - YEAR))
        app.commit()

        gone = clean({}, None)
        assert {name: count > 0 for name, count in gone.items()} == dict.fromkeys(NOTHING, True)
        assert clean({}, None) == NOTHING
        assert call(me, as_=signed).status == 401
