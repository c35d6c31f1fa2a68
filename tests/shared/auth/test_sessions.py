from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.auth import session_check, session_ending, sessions
from shared.auth.errors import RefreshRefused
from shared.auth.session_models import AuthSession, RefreshToken
from shared.auth.sessions import OVERLAP, TokenPair
from shared.config import secrets
from shared.db.session import transaction
from shared.kernel.roles import Role
from shared.security import access_tokens
from tests.builders import people
from tests.conftest import TestDatabase, engine_for

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def opened(session: Session) -> tuple[UUID, TokenPair]:
    agent = people.an_agent(session, NOW)
    return agent.id, sessions.open_session(session, user_id=agent.id, role=Role.AGENT, now=NOW, **people.PEER)


def refresh(session: Session, token: str, now: datetime) -> TokenPair:
    return sessions.refresh(session, token=token, now=now, **people.PEER)


def session_of(pair: TokenPair, now: datetime) -> UUID:
    claims = access_tokens.read(pair.access_token, keys=secrets.token_keys(), issuer="housler", now=now)
    return claims.session_id


class TestARefreshToken:
    def test_lets_the_session_live_on_from_its_last_use(self, app: Session) -> None:
        _, pair = opened(app)
        for day in range(6, 30, 6):
            pair = refresh(app, pair.refresh_token, NOW + timedelta(days=day))

        assert app.scalars(select(AuthSession)).one().expires_at == NOW + timedelta(days=24 + 7)

    def test_is_too_old_a_week_after_the_last_use(self, app: Session) -> None:
        _, pair = opened(app)

        with pytest.raises(RefreshRefused):
            refresh(app, pair.refresh_token, NOW + timedelta(days=7))

    def test_is_kept_as_a_hash_only(self, app: Session) -> None:
        _, pair = opened(app)

        kept = app.scalars(select(RefreshToken)).one().token_hash
        assert pair.refresh_token.encode() not in kept
        assert len(kept) == 32

    def test_used_twice_within_the_overlap_has_one_successor(self, app: Session) -> None:
        _, pair = opened(app)

        first = refresh(app, pair.refresh_token, NOW)
        second = refresh(app, pair.refresh_token, NOW + OVERLAP)

        assert first.refresh_token == second.refresh_token != pair.refresh_token
        assert refresh(app, first.refresh_token, NOW + timedelta(minutes=15)).refresh_token

    def test_that_is_behind_by_more_than_one_still_catches_up_within_the_overlap(self, app: Session) -> None:
        _, pair = opened(app)
        second = refresh(app, pair.refresh_token, NOW)
        third = refresh(app, second.refresh_token, NOW + SECOND)

        assert refresh(app, pair.refresh_token, NOW + 2 * SECOND).refresh_token == third.refresh_token

    def test_used_again_after_the_overlap_ends_the_session_for_both(self, app: Session) -> None:
        _, pair = opened(app)
        living = refresh(app, pair.refresh_token, NOW)

        with pytest.raises(RefreshRefused) as refusal:
            refresh(app, pair.refresh_token, NOW + OVERLAP + SECOND)
        with pytest.raises(RefreshRefused):
            refresh(app, living.refresh_token, NOW + OVERLAP + SECOND)

        assert refusal.value.keeps_work
        ended = app.scalars(select(AuthSession)).one()
        assert ended.revoke_reason == "refresh_token_reused"

    def test_raced_for_leaves_everybody_in_with_one_living_token(self, database: TestDatabase) -> None:
        with transaction() as session:
            _, pair = opened(session)

        def race(number: int) -> str:
            with Session(engine_for(database.app_url)) as own:
                won = refresh(own, pair.refresh_token, NOW + number * timedelta(milliseconds=200))
                own.commit()
                return won.refresh_token

        with ThreadPoolExecutor(8) as pool:
            tokens = set(pool.map(race, range(40)))

        assert len(tokens) == 1
        with transaction() as session:
            unused = select(func.count()).select_from(RefreshToken).where(RefreshToken.used_at.is_(None))
            assert session.scalar(unused) == 1
            assert refresh(session, tokens.pop(), NOW + timedelta(minutes=15)).refresh_token


class TestEndingSessions:
    @pytest.mark.parametrize("every", [False, True])
    def test_stops_its_access_tokens_at_once(self, app: Session, *, every: bool) -> None:
        user_id, pair = opened(app)
        session_id = session_of(pair, NOW)
        assert session_check.find(app, session_id, now=NOW) is not None

        if every:
            session_ending.revoke_all(app, user_id=user_id, reason="password_changed", actor=SYSTEM, now=NOW)
        else:
            session_ending.revoke(app, session_id=session_id, reason="logout", actor=SYSTEM, now=NOW)
        app.flush()

        assert session_check.find(app, session_id, now=NOW) is None
        with pytest.raises(RefreshRefused):
            refresh(app, pair.refresh_token, NOW)

    def test_of_a_person_leaves_others_alone(self, app: Session) -> None:
        mine, _ = opened(app)
        _, other = opened(app)

        assert session_ending.revoke_all(app, user_id=mine, reason="blocked", actor=SYSTEM, now=NOW) == 1
        assert refresh(app, other.refresh_token, NOW).refresh_token


class TestTheCheckOfASession:
    def test_names_an_organization_once_however_many_roles_one_has_there(self, app: Session) -> None:
        agency = people.an_agency(app, NOW)
        pair = sessions.open_session(
            app, user_id=agency.admin.id, role=Role.AGENCY_ADMIN, now=NOW, **people.PEER
        )

        found = session_check.find(app, session_of(pair, NOW), now=NOW)

        assert found is not None
        assert [each.id for each in found.organizations] == [agency.id]
