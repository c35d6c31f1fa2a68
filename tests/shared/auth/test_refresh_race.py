"""A thousand refreshes of one token at once: the honest client goes on, and the session has one living token."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from shared.auth import sessions
from shared.auth.errors import RefreshRefused
from shared.auth.session_models import AuthSession, RefreshToken
from shared.auth.sessions import TokenPair
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.conftest import TestDatabase, connector_for

REFRESHES = 1_000
AT_ONCE = 20


def signed_in() -> tuple[UUID, TokenPair]:
    now = utc_now()
    with transaction() as session:
        agent = people.an_agent(session, now)
        return agent.id, sessions.open_session(
            session, user_id=agent.id, role=Role.AGENT, now=now, **people.PEER
        )


def refreshed(engine: Engine, token: str) -> str | None:
    """The next token, as a function would answer; None where it is refused."""
    with Session(engine) as session:
        try:
            pair = sessions.refresh(session, token=token, now=utc_now(), **people.PEER)
        except RefreshRefused:
            session.commit()
            return None
        session.commit()
        return pair.refresh_token


def living(user_id: UUID) -> tuple[int, int]:
    """How many of the person's sessions live, and how many unused tokens they have."""
    with transaction() as session:
        families = session.scalars(
            select(AuthSession.id).where(AuthSession.user_id == user_id, AuthSession.revoked_at.is_(None))
        ).all()
        tokens = session.scalar(
            select(func.count())
            .select_from(RefreshToken)
            .where(RefreshToken.session_id.in_(families), RefreshToken.used_at.is_(None))
        )
    return len(families), tokens or 0


class TestAThousandRefreshesOfOneToken:
    def test_leave_one_session_with_one_token_that_the_honest_client_goes_on_with(
        self, database: TestDatabase
    ) -> None:
        user_id, pair = signed_in()
        engine = create_engine(
            "postgresql+pg8000://",
            creator=connector_for(database.app_url),
            poolclass=QueuePool,
            pool_size=AT_ONCE,
            max_overflow=0,
        )
        start = Barrier(AT_ONCE)

        def some(_number: int) -> list[str | None]:
            start.wait(timeout=30)
            return [refreshed(engine, pair.refresh_token) for _ in range(REFRESHES // AT_ONCE)]

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = Counter(token for found in pool.map(some, range(AT_ONCE)) for token in found)

        assert answers.total() == REFRESHES
        assert len(answers) == 1, "all who raced got the same next token"
        (successor,) = answers
        assert successor is not None
        assert living(user_id) == (1, 1)
        assert refreshed(engine, successor) is not None
        assert living(user_id) == (1, 1)
        engine.dispose()

    @pytest.mark.parametrize("late", [timedelta(seconds=11), timedelta(hours=1)])
    def test_that_come_late_end_the_session_for_all(self, database: TestDatabase, late: timedelta) -> None:
        user_id, pair = signed_in()
        with transaction() as session:
            sessions.refresh(session, token=pair.refresh_token, now=utc_now(), **people.PEER)

        with pytest.raises(RefreshRefused), transaction() as session:
            sessions.refresh(session, token=pair.refresh_token, now=utc_now() + late, **people.PEER)

        assert living(user_id) == (0, 0)
