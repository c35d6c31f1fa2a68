from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.auth import cleaning, codes, registrations, session_ending, sessions
from shared.auth.errors import CodeBudgetSpent
from shared.auth.models import CodeChannel, CodePurpose, OtpSession
from shared.auth.registration_models import Registration
from shared.auth.session_models import AuthSession, RefreshToken
from shared.kernel.roles import Role
from shared.limits import service as limits
from shared.limits.models import RateLimit
from shared.signatures.models import SignatureRequest
from shared.users.consent_kinds import ConsentKind
from shared.vault.models import KeyOwner, PersonKey
from tests.builders import people

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


def a_code(session: Session, now: datetime, user_id: UUID | None = None) -> UUID:
    return codes.issue(
        session,
        purpose=CodePurpose.SIGNATURE,
        channel=CodeChannel.SMS,
        address=people.a_phone(),
        user_id=user_id,
        bound_to="",
        ip="127.0.0.1",
        now=now,
    ).otp_id


class TestCodes:
    def test_go_after_30_days_with_the_keys_of_their_addresses(self, app: Session) -> None:
        old, young = a_code(app, NOW), a_code(app, NOW + DAY)

        assert cleaning.remove_codes(app, limit=500, now=NOW + 30 * DAY) == 0
        assert cleaning.remove_codes(app, limit=500, now=NOW + 30 * DAY + MOMENT) == 1

        assert app.scalars(select(OtpSession.id)).all() == [young]
        keys = {each.owner_id: each for each in app.scalars(select(PersonKey))}
        assert (keys[old].wrapped_key, keys[old].destroyed_at) == (None, NOW + 30 * DAY + MOMENT)
        assert keys[young].wrapped_key is not None

    def test_that_a_signature_was_asked_for_with_stay(self, app: Session) -> None:
        client = people.a_client(app, NOW)
        used = a_code(app, NOW, client.id)
        app.add(
            SignatureRequest(
                user_id=client.id,
                otp_id=used,
                document_set=[],
                set_sha256=b"",
                text_shown="Подписать договор",
                created_at=NOW,
            )
        )
        app.flush()

        assert cleaning.remove_codes(app, limit=500, now=NOW + 1000 * DAY) == 0

        assert app.get_one(PersonKey, used).destroyed_at is None

    def test_go_in_batches(self, app: Session) -> None:
        for _ in range(3):
            a_code(app, NOW)

        assert [cleaning.remove_codes(app, limit=2, now=NOW + 31 * DAY) for _ in range(3)] == [2, 1, 0]

    def test_take_no_persons_key_with_them(self, app: Session) -> None:
        agent = people.an_agent(app, NOW)
        a_code(app, NOW, agent.id)

        cleaning.remove_codes(app, limit=500, now=NOW + 31 * DAY)

        destroyed = app.scalars(select(PersonKey).where(PersonKey.destroyed_at.is_not(None))).all()
        assert [each.owner_kind for each in destroyed] == [KeyOwner.CODE]


class TestSessions:
    def test_go_90_days_after_their_end_and_their_tokens_first(self, app: Session) -> None:
        agent = people.an_agent(app, NOW)
        people.sign_in(app, agent, Role.AGENT, NOW)
        gone = NOW + 7 * DAY + 90 * DAY

        assert cleaning.remove_refresh_tokens(app, limit=500, now=gone) == 0
        assert cleaning.remove_sessions(app, limit=500, now=gone + MOMENT) == 0
        assert cleaning.remove_refresh_tokens(app, limit=500, now=gone + MOMENT) == 1
        assert cleaning.remove_sessions(app, limit=500, now=gone) == 0
        assert cleaning.remove_sessions(app, limit=500, now=gone + MOMENT) == 1

        assert app.scalars(select(AuthSession)).all() == []

    def test_that_live_lose_only_what_nobody_can_use(self, app: Session) -> None:
        agent = people.an_agent(app, NOW)
        pair = sessions.open_session(app, user_id=agent.id, role=Role.AGENT, now=NOW, **people.PEER)
        for week in range(1, 17):
            pair = sessions.refresh(app, token=pair.refresh_token, now=NOW + week * 6 * DAY, **people.PEER)
        now = NOW + 100 * DAY

        assert cleaning.remove_refresh_tokens(app, limit=500, now=now) == 1
        assert cleaning.remove_sessions(app, limit=500, now=now) == 0

        assert len(app.scalars(select(RefreshToken)).all()) == 16
        assert sessions.refresh(app, token=pair.refresh_token, now=now, **people.PEER).refresh_token

    def test_that_were_closed_go_too(self, app: Session) -> None:
        agent = people.an_agent(app, NOW)
        people.sign_in(app, agent, Role.AGENT, NOW)
        session_ending.revoke_all(app, user_id=agent.id, reason="blocked", actor=SYSTEM, now=NOW)
        app.flush()
        now = NOW + 98 * DAY

        cleaning.remove_refresh_tokens(app, limit=500, now=now)
        assert cleaning.remove_sessions(app, limit=500, now=now) == 1


class TestThrottles:
    def test_go_when_their_window_is_over(self, app: Session) -> None:
        for subject, window in ((b"old", DAY), (b"new", 2 * DAY)):
            limits.take(app, subject, limit=1, window=window, refusal=CodeBudgetSpent, now=NOW)

        assert cleaning.remove_limits(app, limit=500, now=NOW + DAY) == 1

        assert app.scalars(select(RateLimit.subject)).all() == [b"new"]


class TestRegistrations:
    def test_go_after_a_day_with_the_keys_of_what_was_told(self, app: Session) -> None:
        made = [
            registrations.register(
                app,
                phone=people.a_phone(),
                details=registrations.Details("Ежова Ксения", "ksenia@example.ru", None, False, None),
                kinds={ConsentKind.TERMS},
                now=at,
                **people.PEER,
            )
            for at in (NOW, NOW + MOMENT)
        ]

        assert cleaning.remove_registrations(app, limit=500, now=NOW + DAY) == 1

        left = app.scalars(select(Registration)).one()
        assert left.person_id == made[1]
        keys = app.scalars(select(PersonKey).where(PersonKey.owner_kind == KeyOwner.RECORD))
        assert {key.owner_id == left.id: key.wrapped_key is not None for key in keys} == {
            True: True,
            False: False,
        }
