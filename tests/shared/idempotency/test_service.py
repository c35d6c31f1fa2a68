import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shared.idempotency import service
from shared.idempotency.models import IdempotencyKey
from shared.idempotency.service import KeyReused, StillRunning, StoredAnswer
from shared.kernel.errors import DomainError
from shared.kernel.identifiers import new_id
from shared.vault import service as vault
from shared.vault.models import KeyOwner, PersonKey
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
DAY = timedelta(days=1)
SCOPE = "agent POST /deals"
SECRET = '{"name":"Анна Соколова"}'


def begin(
    session: Session,
    *,
    scope: str = SCOPE,
    key: str = "key-0001",
    body: bytes = b"one",
    lease: bool = False,
    now: datetime = NOW,
) -> UUID | StoredAnswer:
    return service.begin(
        session, scope=scope, key=key, content_hash=hashlib.sha256(body).digest(), lease=lease, now=now
    )


def claimed(outcome: UUID | StoredAnswer | DomainError) -> UUID:
    assert isinstance(outcome, UUID)
    return outcome


def finish(session: Session, record_id: UUID, body: str = SECRET) -> None:
    service.finish(session, record_id, status=201, headers={"ETag": '"1"'}, body=body)


class TestAKey:
    def test_gives_the_answer_that_it_has(self, app: Session) -> None:
        finish(app, claimed(begin(app)))
        app.commit()

        assert begin(app) == StoredAnswer(201, {"ETag": '"1"'}, SECRET)

    def test_is_kept_for_30_days(self, app: Session) -> None:
        begin(app)

        record = app.scalars(select(IdempotencyKey)).one()
        assert record.expires_at - record.created_at == timedelta(days=30)

    def test_after_them_is_a_new_key(self, app: Session) -> None:
        finish(app, claimed(begin(app)))
        app.commit()

        again = begin(app, body=b"other", now=NOW + timedelta(days=30))

        finish(app, claimed(again), '{"again":true}')
        app.commit()
        later = begin(app, body=b"other", now=NOW + timedelta(days=31))
        living = select(PersonKey.owner_id).where(PersonKey.wrapped_key.is_not(None))
        assert app.scalars(living).all() == [again]
        assert later == StoredAnswer(201, {"ETag": '"1"'}, '{"again":true}')

    def test_belongs_to_its_body(self, app: Session) -> None:
        finish(app, claimed(begin(app)))

        with pytest.raises(KeyReused):
            begin(app, body=b"other")

    def test_belongs_to_its_caller_and_operation(self, app: Session) -> None:
        finish(app, claimed(begin(app)))

        assert isinstance(begin(app, scope="another POST /deals"), UUID)
        assert isinstance(begin(app, key="key-0002"), UUID)

    def test_keeps_its_answer_sealed(self, app: Session) -> None:
        finish(app, claimed(begin(app)))
        app.commit()

        stored = app.execute(text("SELECT answer_body, idempotency_keys::text FROM idempotency_keys")).one()
        assert SECRET.encode() not in bytes(stored[0])
        assert "Анна" not in stored[1]
        assert SECRET.encode().hex() not in stored[1]


class TestAnOperationOfTwoTransactions:
    def test_is_still_running_while_its_lease_lasts(self, app: Session) -> None:
        begin(app, lease=True)
        app.commit()

        with pytest.raises(StillRunning) as caught:
            begin(app, lease=True, now=NOW + LEASE - timedelta(seconds=1))
        assert caught.value.retry_after_seconds == 2

    def test_is_taken_over_once_its_lease_has_passed(self, app: Session) -> None:
        begin(app, lease=True)
        app.commit()

        taken = claimed(begin(app, lease=True, now=NOW + LEASE))
        with pytest.raises(StillRunning):
            begin(app, lease=True, now=NOW + LEASE)
        finish(app, taken, "the second's")
        app.commit()

        answer = begin(app, lease=True, now=NOW + LEASE)
        assert isinstance(answer, StoredAnswer)
        assert answer.body == "the second's"

    def test_that_ends_after_it_was_taken_over_leaves_the_others_record_alone(self, app: Session) -> None:
        slow = claimed(begin(app, lease=True))
        app.commit()
        quick = claimed(begin(app, lease=True, now=NOW + LEASE))
        app.commit()

        finish(app, slow, "the slow one's")
        app.commit()
        with pytest.raises(StillRunning):
            begin(app, lease=True, now=NOW + LEASE)

        finish(app, quick, "the quick one's")
        app.commit()
        answer = begin(app, lease=True, now=NOW + LEASE)
        assert isinstance(answer, StoredAnswer)
        assert answer.body == "the quick one's"

    def test_that_is_refused_after_it_was_taken_over_does_not_free_the_key(self, app: Session) -> None:
        slow = claimed(begin(app, lease=True))
        app.commit()
        begin(app, lease=True, now=NOW + LEASE)
        app.commit()

        service.release(app, slow)
        app.commit()

        with pytest.raises(StillRunning):
            begin(app, lease=True, now=NOW + LEASE)

    def test_that_is_refused_frees_its_key_even_for_another_body(self, app: Session) -> None:
        service.release(app, claimed(begin(app, lease=True)))
        app.commit()

        assert isinstance(begin(app, body=b"corrected", lease=True), UUID)

    def test_that_has_ended_is_not_forgotten(self, app: Session) -> None:
        record_id = claimed(begin(app, lease=True))
        finish(app, record_id)
        app.commit()

        service.release(app, record_id)

        assert app.scalar(select(func.count()).select_from(IdempotencyKey)) == 1


class TestTheSameKeyAtOnce:
    def test_runs_once_and_the_rest_get_its_answer(self, database: TestDatabase) -> None:
        def run(session: Session, number: int) -> str:
            outcome = begin(session)
            if isinstance(outcome, StoredAnswer):
                return outcome.body
            session.execute(text("SELECT pg_sleep(0.1)"))
            finish(session, outcome, f"made by {number}")
            return f"made by {number}"

        assert len(set(at_once(database, 8, run))) == 1

    def test_of_two_transactions_runs_once_and_the_rest_are_told_to_wait(
        self, database: TestDatabase
    ) -> None:
        outcomes = at_once(database, 8, lambda session, _: begin(session, lease=True))

        assert sum(isinstance(outcome, UUID) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, StillRunning) for outcome in outcomes) == 7

    def test_past_its_lease_is_taken_over_by_one(self, database: TestDatabase, app: Session) -> None:
        begin(app, lease=True)
        app.commit()

        outcomes = at_once(database, 8, lambda session, _: begin(session, lease=True, now=NOW + LEASE))

        assert sum(isinstance(outcome, UUID) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, StillRunning) for outcome in outcomes) == 7


class TestPurging:
    def test_removes_expired_keys_and_what_unseals_their_answers(self, app: Session) -> None:
        expired, living = claimed(begin(app)), claimed(begin(app, key="key-0002", now=NOW + DAY))
        for record_id in (expired, living):
            finish(app, record_id)
        app.commit()

        assert service.purge(app, limit=500, now=NOW + 30 * DAY) == 1

        assert app.scalars(select(IdempotencyKey.id)).all() == [living]
        keys = {each.owner_id: each for each in app.scalars(select(PersonKey))}
        assert (keys[expired].wrapped_key, keys[expired].destroyed_at) == (None, NOW + 30 * DAY)
        assert keys[living].wrapped_key is not None

    def test_takes_no_more_than_a_batch(self, app: Session) -> None:
        for number in range(3):
            begin(app, key=f"key-{number:04d}")

        assert [service.purge(app, limit=2, now=NOW + 30 * DAY) for _ in range(3)] == [2, 1, 0]

    def test_leaves_the_keys_of_other_records_alone(self, app: Session) -> None:
        document = new_id()
        vault.create_key(app, document, KeyOwner.RECORD, now=NOW)
        begin(app)

        service.purge(app, limit=500, now=NOW + 30 * DAY)

        assert app.get_one(PersonKey, document).destroyed_at is None
