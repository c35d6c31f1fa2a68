from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from shared.access import rights
from shared.audit.models import AuditLog
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.inputs import RequestModel, ViewModel
from shared.http.pagination import PageQuery
from shared.http.reply import Reply
from tests.functions.conftest import Call, Signed
from tests.shared.http import notes

Lines = Callable[[], list[dict[str, Any]]]


class WordsRequest(RequestModel):
    words: list[str]


class WordsView(ViewModel):
    words: list[str]


class TestARequest:
    def test_is_committed_with_its_answer(self, call: Call, agent: Signed) -> None:
        reply = call(notes.app, body={"text": "заметка"}, as_=agent)

        assert (reply.status, reply.json["text"]) == (201, "заметка")
        assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
        assert reply.headers["ETag"] == '"1"'
        assert notes.written() == 1

    def test_is_recorded_with_who_where_and_in_which_request(
        self, call: Call, agent: Signed, app: Session
    ) -> None:
        call(notes.app, body={"text": "a"}, as_=agent, peer="203.0.113.7", headers={"X-Request-Id": "r-7"})

        line = app.scalars(select(AuditLog).where(AuditLog.action == notes.WRITTEN)).one()
        assert (line.actor_id, line.ip, line.user_agent, line.request_id) == (
            agent.user_id, "203.0.113.7", "pytest", "r-7",
        )  # fmt: skip

    def test_with_an_odd_browser_is_recorded_all_the_same(
        self, call: Call, agent: Signed, app: Session
    ) -> None:
        headers = {"User-Agent": "a\x00b\udcff"}

        assert call(notes.app, body={"text": "a"}, as_=agent, headers=headers).status == 201
        assert (
            app.scalars(select(AuditLog.user_agent).where(AuditLog.action == notes.WRITTEN)).one() == "a?b?"
        )

    @pytest.mark.parametrize(
        ("note", "status", "code"), [("refuse", 409, "note_refused"), ("break", 500, "internal")]
    )
    def test_that_is_refused_leaves_nothing(
        self, call: Call, agent: Signed, note: str, status: int, code: str
    ) -> None:
        reply = call(notes.app, body={"text": note}, as_=agent)

        assert (reply.status, reply.code, notes.written()) == (status, code, 0)

    def test_whose_refusal_must_leave_a_trace_leaves_it(self, call: Call, agent: Signed) -> None:
        reply = call(notes.app, body={"text": "count"}, as_=agent)

        assert (reply.status, reply.code, notes.written()) == (409, "note_counted", 1)

    def test_that_is_a_surprise_tells_neither_caller_nor_log_whose_data_it_met(
        self, call: Call, agent: Signed, lines: Lines
    ) -> None:
        reply = call(notes.app, body={"text": "break"}, as_=agent)

        said = lines()
        assert "Анна" not in reply.text + str(said)
        assert [line["event"] for line in said] == ["unexpected", "request"]

    @pytest.mark.parametrize("raw", [b'{"text": "\xff"}', b"{", b"", b"[" * 3_000])
    def test_that_is_no_json_is_malformed(self, call: Call, agent: Signed, raw: bytes) -> None:
        reply = call(notes.app, raw=raw, as_=agent)

        assert (reply.status, reply.code, notes.written()) == (400, "malformed_body", 0)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"text": "a", "more": 1}, "more"),
            ({"text": 1}, "text"),
            ({}, "text"),
            ({"text": "a\0"}, "text"),
            ([], "body"),
        ],
    )
    def test_with_wrong_fields_is_told_which(self, call: Call, agent: Signed, body: Any, field: str) -> None:
        reply = call(notes.app, body=body, as_=agent)

        assert (reply.status, reply.code) == (422, "invalid_fields")
        assert [each["field"] for each in reply.json["errors"]] == [field]

    def test_that_is_too_large_is_not_read(self, call: Call, agent: Signed) -> None:
        reply = call(notes.app, body={"text": "a" * 70_000}, as_=agent)

        assert (reply.status, reply.code) == (413, "body_too_large")

    def test_of_another_media_type_is_not_read(self, call: Call, agent: Signed) -> None:
        reply = call(notes.app, body={"text": "a"}, as_=agent, headers={"Content-Type": "text/plain"})

        assert (reply.status, reply.code) == (415, "unsupported_media_type")

    def test_with_a_query_that_nobody_asked_for_is_refused(self, call: Call, agent: Signed) -> None:
        reply = call(notes.app, body={"text": "a"}, as_=agent, query={"dry_run": "1"})

        assert (reply.status, [each["field"] for each in reply.json["errors"]]) == (422, ["dry_run"])


def echoing(seen: dict[str, Any]) -> HttpFunction:
    function = HttpFunction("functions.echo.handler")

    @function.endpoint("POST", "/echo/{thing_id}/{step_no}", access=PUBLIC)
    def echo(
        thing_id: UUID,
        step_no: int,
        body: WordsRequest,
        query: PageQuery,
        facts: RequestFacts,
        now: datetime,
        if_match: str | None,
    ) -> WordsView:
        seen.update(thing_id=thing_id, step_no=step_no, query=query, facts=facts, now=now, if_match=if_match)
        return WordsView(words=body.words)

    return function


class TestAView:
    def test_is_given_what_it_names(self, call: Call) -> None:
        seen: dict[str, Any] = {}
        thing_id = "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11"
        reply = call(
            echoing(seen),
            body={"words": ["a"]},
            query={"page": "2"},
            headers={"if-MATCH": '"3"'},
            thing_id=thing_id,
            step_no=1,
        )

        assert reply.json == {"words": ["a"]}
        assert (seen["thing_id"], seen["step_no"], seen["query"].page) == (UUID(thing_id), 1, 2)
        assert (seen["facts"].ip, seen["if_match"]) == ("127.0.0.1", '"3"')
        assert seen["now"].utcoffset() == timedelta(0)

    @pytest.mark.parametrize(
        ("thing_id", "step_no"), [("7", "1"), ("0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11", "first")]
    )
    def test_is_not_reached_by_a_path_that_names_nothing(
        self, call: Call, thing_id: str, step_no: str
    ) -> None:
        reply = call(echoing({}), body={"words": "not even a list"}, thing_id=thing_id, step_no=step_no)

        assert (reply.status, reply.code) == (404, "not_found")


class TestTheCommit:
    """What the database says only then is no less a refusal, and never a 200."""

    @pytest.fixture
    def pages(self, owner: Connection) -> None:
        owner.execute(
            text(
                "CREATE TABLE pages (body text CONSTRAINT uq_pages_body UNIQUE DEFERRABLE INITIALLY DEFERRED)"
            )
        )
        owner.commit()

    @pytest.mark.parametrize("twice", [False, True])
    def test_that_fails_is_answered_as_a_refusal(
        self, call: Call, pages: None, app: Session, *, twice: bool
    ) -> None:
        function = HttpFunction("functions.pages.handler")

        @function.endpoint("POST", "/pages", access=PUBLIC, status=201)
        def add(session: Session) -> Reply:
            for _ in range(2 if twice else 1):
                session.execute(text("INSERT INTO pages VALUES ('one')"))
            return Reply(WordsView(words=["one"]))

        reply = call(function)

        written = len(app.execute(text("SELECT * FROM pages")).all())
        assert (reply.status, written) == ((409, 0) if twice else (201, 1))
        if twice:
            assert reply.code == "constraint_violated"


class TestTheOperation:
    def test_tells_the_generators_what_it_is(self) -> None:
        operation = notes.careful.operation

        assert (operation.name, operation.status, operation.repeats) == (
            "POST /shelves/{shelf}/notes", 201, "required",
        )  # fmt: skip
        assert operation.access == rights.OWN_ACCOUNT
        assert operation.parameters["body"] is notes.NoteRequest
        assert operation.answer is notes.NoteView

    @pytest.mark.parametrize(
        ("method", "access", "repeats"),
        [
            ("GET", rights.OWN_ACCOUNT, "none"),
            ("POST", rights.OWN_ACCOUNT, "optional"),
            ("DELETE", rights.OWN_ACCOUNT, "optional"),
            ("POST", PUBLIC, "none"),
        ],
    )
    def test_takes_a_key_where_a_known_caller_changes_something(
        self, method: str, access: Any, repeats: str
    ) -> None:
        function = HttpFunction("functions.things.handler")
        function.endpoint(method, "/things", access=access)(lambda: None)

        assert function.operation.repeats == repeats
