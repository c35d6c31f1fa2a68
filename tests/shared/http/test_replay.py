import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from shared.http.function import HttpFunction
from shared.idempotency.models import IdempotencyKey
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.conftest import TestDatabase
from tests.functions.conftest import Call, Signed
from tests.shared.http import notes
from tests.shared.http.conftest import signed_in

KEY = "key-0001"
EVERY = pytest.mark.parametrize(
    "function", [notes.app, notes.outside], ids=["one transaction", "transactions of its own"]
)


def records(app: Session) -> int:
    app.rollback()
    return app.scalar(select(func.count()).select_from(IdempotencyKey)) or 0


class TestTheHeader:
    def test_may_be_missing_where_it_is_optional(self, call: Call, agent: Signed, app: Session) -> None:
        assert call(notes.app, body={"text": "a"}, as_=agent, key=None).status == 201
        assert records(app) == 0

    @pytest.mark.parametrize("function", [notes.careful, notes.outside])
    def test_may_not_where_it_is_required(self, call: Call, agent: Signed, function: HttpFunction) -> None:
        reply = call(function, body={"text": "a"}, as_=agent, key=None, shelf="a")

        assert (reply.status, reply.code, notes.written()) == (422, "idempotency_key_needed", 0)

    @pytest.mark.parametrize(
        "key",
        [
            "short",
            "a" * 65,
            "with a space",
            "ключ-0001",
            "key/0001",
            "key-0001\n",
            "key-000\x00",
            "key-000\udcff",
        ],
    )
    def test_is_a_word(self, call: Call, agent: Signed, key: str) -> None:
        reply = call(notes.app, body={"text": "a"}, as_=agent, key=key)

        assert (reply.status, reply.code, notes.written()) == (422, "idempotency_key_malformed", 0)

    def test_may_be_written_in_any_case(self, call: Call, agent: Signed, app: Session) -> None:
        call(notes.app, body={"text": "a"}, as_=agent, key=None, headers={"IDEMPOTENCY-key": KEY})

        assert records(app) == 1


class TestTheSameKeyAndBody:
    @EVERY
    def test_give_the_same_answer_and_no_second_effect(
        self, call: Call, agent: Signed, function: HttpFunction
    ) -> None:
        first, second = (call(function, body={"text": "a"}, as_=agent, key=KEY) for _ in range(2))

        assert (first.status, first.text) == (second.status, second.text)
        assert first.headers["Content-Type"] == second.headers["Content-Type"]
        assert first.headers.get("ETag") == second.headers.get("ETag")
        assert "Idempotency-Replayed" not in first.headers
        assert second.headers["Idempotency-Replayed"] == "true"
        assert notes.written() == 1

    def test_in_another_process_at_the_same_time_too(self, database: TestDatabase, agent: Signed) -> None:
        command = [sys.executable, "-m", "tests.shared.http.notes", agent.access_token, KEY, "slow"]
        environment = {**os.environ, "DATABASE_URL": database.app_url}
        running = [
            subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S603 -- this Python
            for _ in range(3)
        ]
        answers = {process.communicate(timeout=60)[1].decode() for process in running}

        (answer,) = answers
        assert answer.startswith("201 ")
        assert notes.written() == 1

    @EVERY
    def test_are_not_another_callers(self, call: Call, agent: Signed, function: HttpFunction) -> None:
        other = signed_in(Role.CLIENT)
        answers = [call(function, body={"text": "a"}, as_=someone, key=KEY) for someone in (agent, other)]

        assert len({answer.text for answer in answers}) == 2
        assert notes.written() == 2

    def test_are_not_another_operations(self, call: Call, agent: Signed) -> None:
        call(notes.app, body={"text": "a"}, as_=agent, key=KEY)
        call(notes.careful, body={"text": "a"}, as_=agent, key=KEY, shelf="a")

        assert notes.written() == 2

    @EVERY
    def test_are_kept_sealed(self, call: Call, agent: Signed, app: Session, function: HttpFunction) -> None:
        call(function, body={"text": "Анна Соколова"}, as_=agent, key=KEY)

        row = app.execute(text("SELECT answer_body, idempotency_keys::text FROM idempotency_keys")).one()
        assert row[0]
        for form in ("Анна Соколова", "Анна Соколова".encode().hex(), ascii("Анна Соколова")[1:-1]):
            assert form not in row[1]


class TestTheSameKeyAndAnotherBody:
    @EVERY
    def test_are_refused(self, call: Call, agent: Signed, function: HttpFunction) -> None:
        call(function, body={"text": "a"}, as_=agent, key=KEY)
        reply = call(function, body={"text": "b"}, as_=agent, key=KEY)

        assert (reply.status, reply.code, notes.written()) == (422, "idempotency_key_reused", 1)

    def test_are_refused_for_another_path_too(self, call: Call, agent: Signed) -> None:
        call(notes.careful, body={"text": "a"}, as_=agent, key=KEY, shelf="a")
        reply = call(notes.careful, body={"text": "a"}, as_=agent, key=KEY, shelf="b")

        assert (reply.status, reply.code, notes.written()) == (422, "idempotency_key_reused", 1)


class TestARefusedRequest:
    @EVERY
    @pytest.mark.parametrize("note", ["refuse", "count"])
    def test_leaves_its_key_free(
        self, call: Call, agent: Signed, app: Session, function: HttpFunction, note: str
    ) -> None:
        refused = {call(function, body={"text": note}, as_=agent, key=KEY).status for _ in range(3)}

        assert (refused, records(app)) == ({409}, 0)
        assert notes.written() == (3 if note == "count" else 0)
        assert call(function, body={"text": "corrected"}, as_=agent, key=KEY).status == 201

    def test_leaves_it_free_after_its_first_transaction_too(
        self, call: Call, agent: Signed, app: Session
    ) -> None:
        assert call(notes.outside, body={"text": "refuse later"}, as_=agent, key=KEY).code == "note_refused"
        assert records(app) == 0

    def test_that_was_never_let_in_takes_no_key(self, call: Call, agent: Signed, app: Session) -> None:
        call(notes.app, body={"text": ""}, as_=agent, key=KEY)
        call(notes.app, body={"text": "a"}, key=KEY)

        assert records(app) == 0


class TestARequestThatNobodyEnded:
    """The outcome is unknown: the key stays taken until its lease has passed."""

    def test_is_still_running_for_a_minute(self, call: Call, agent: Signed) -> None:
        assert call(notes.outside, body={"text": "break later"}, as_=agent, key=KEY).status == 500
        reply = call(notes.outside, body={"text": "break later"}, as_=agent, key=KEY)

        assert (reply.status, reply.code, reply.headers["Retry-After"]) == (409, "still_running", "2")
        assert notes.written() == 1

    def test_is_taken_over_after_that(self, call: Call, agent: Signed, app: Session) -> None:
        call(notes.outside, body={"text": "break later"}, as_=agent, key=KEY)
        app.execute(update(IdempotencyKey).values(leased_until=utc_now() - timedelta(seconds=1)))
        app.commit()

        assert call(notes.outside, body={"text": "break later"}, as_=agent, key=KEY).status == 500
        assert notes.written() == 2

    def test_of_one_transaction_leaves_no_key(self, call: Call, agent: Signed, app: Session) -> None:
        call(notes.app, body={"text": "break"}, as_=agent, key=KEY)

        assert records(app) == 0
