import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import Field, field_validator

from shared.access import rights
from shared.config import web
from shared.http.edge import RawRequest, RequestFacts
from shared.http.function import HttpFunction
from shared.http.inputs import (
    RequestModel,
    UnknownAddress,
    ViewModel,
    body_of,
    path_value,
    query_of,
)
from shared.http.pagination import PageQuery
from shared.http.problem import BodyTooLarge, FieldErrors, MalformedBody, UnsupportedMediaType
from shared.kernel.roles import Role
from tests.functions.conftest import call_function

ID = "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11"


class Part(RequestModel):
    label: str = Field(max_length=20)


class Whole(RequestModel):
    count: int = 0
    urgent: bool = False
    name: str = Field(default="x", min_length=1, max_length=50)
    role: Role = Role.AGENT
    day: date | None = None
    at: datetime | None = None
    other: UUID | None = None
    part: Part | None = None
    parts: list[Part] = Field(default=[], max_length=3)
    words: list[str] = Field(default=[])
    facts: dict[str, str] = Field(default={})

    @field_validator("name")
    @classmethod
    def _is_no_secret(cls, name: str) -> str:
        if name == "secret":
            raise ValueError("Так называть нельзя.")
        return name


class WholeView(ViewModel):
    name: str


def a_request(
    raw: bytes = b"",
    *,
    media_type: str | None = "application/json",
    query: dict[str, str] | None = None,
    repeated: tuple[str, ...] = (),
) -> RawRequest:
    headers = {} if media_type is None else {"content-type": media_type}
    return RawRequest(raw, headers, query or {}, repeated, {}, RequestFacts("127.0.0.1", "pytest", "r-1"), {})


def read(raw: bytes) -> Whole:
    return body_of(a_request(raw), Whole)


def wrong(raw: bytes) -> dict[str, str]:
    with pytest.raises(FieldErrors) as caught:
        read(raw)
    return dict(caught.value.errors)


def wrong_query(query: dict[str, str], *repeated: str) -> dict[str, str]:
    with pytest.raises(FieldErrors) as caught:
        query_of(a_request(query=query, repeated=repeated), PageQuery)
    return dict(caught.value.errors)


def a_body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


class TestABody:
    def test_is_read_by_jsons_own_types(self) -> None:
        whole = read(
            a_body(count=2**53, urgent=True, role="client", day="2026-11-24", at="2026-11-24T10:00:00Z", other=ID,
                   name="  Анна  ", parts=[{"label": "a"}], facts={"a": "b"})
        )  # fmt: skip

        assert (whole.count, whole.urgent, whole.role, whole.name) == (2**53, True, Role.CLIENT, "Анна")
        assert (whole.day, whole.other, whole.parts) == (date(2026, 11, 24), UUID(ID), [Part(label="a")])

    @pytest.mark.parametrize(
        "raw",
        [b"", b" ", b"{", b"{'a': 1}", b'{"count": 1,}', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b'{"name": "\xff"}',
         b'{"name": "\xed\xa0\x80"}', b'{"name": "\\ud800"}', b'{"name": "a\x00b"}', b"nul", b"{}{}",
         b"[" * 50_000, b'{"part":' * 5_000, b'{"count": ' + b"9" * 6_000 + b"}"],
    )  # fmt: skip
    def test_that_is_no_json_is_malformed(self, raw: bytes) -> None:
        with pytest.raises(MalformedBody):
            read(raw)

    @pytest.mark.parametrize("raw", [b"[]", b"null", b'"x"', b"1", b"true"])
    def test_is_an_object(self, raw: bytes) -> None:
        assert wrong(raw) == {"body": "Нужен объект."}

    @pytest.mark.parametrize(
        ("fields", "errors"),
        [
            ({"count": "5"}, {"count": "Нужно целое число."}),
            ({"count": 1.0}, {"count": "Нужно целое число."}),
            ({"count": True}, {"count": "Нужно целое число."}),
            ({"count": None}, {"count": "Нужно целое число."}),
            ({"count": 2**63}, {"count": "Слишком большое число."}),
            ({"count": -(10**40)}, {"count": "Слишком большое число."}),
            ({"urgent": 1}, {"urgent": "Нужно true или false."}),
            ({"urgent": "true"}, {"urgent": "Нужно true или false."}),
            ({"name": 5}, {"name": "Нужна строка."}),
            ({"name": ""}, {"name": "Слишком коротко: не меньше 1 знаков."}),
            ({"name": "   "}, {"name": "Слишком коротко: не меньше 1 знаков."}),
            ({"name": "я" * 51}, {"name": "Слишком длинно: не больше 50 знаков."}),
            ({"name": "secret"}, {"name": "Так называть нельзя."}),
            ({"role": "king"}, {"role": "Допустимые значения: 'client', 'agent', 'agency_admin', 'operator' или 'admin'."}),
            ({"day": "24.11.2026"}, {"day": "Нужна дата вида 2026-11-24."}),
            ({"day": 1}, {"day": "Нужна дата вида 2026-11-24."}),
            ({"day": "1899-12-31"}, {"day": "Такой даты быть не может."}),
            ({"at": "0001-01-01T00:00:00+03:00"}, {"at": "Такой даты быть не может."}),
            ({"at": "2026-11-24T10:00:00"}, {"at": "Укажите часовой пояс, например 2026-11-24T10:00:00Z."}),
            ({"other": "7"}, {"other": "Нужен идентификатор UUID."}),
            ({"part": []}, {"part": "Нужен объект."}),
            ({"part": {}}, {"part.label": "Обязательное поле."}),
            ({"part": {"label": "a", "more": 1}}, {"part.more": "Неизвестное поле."}),
            ({"parts": [{"label": "a"}, {"label": 1}]}, {"parts.1.label": "Нужна строка."}),
            ({"parts": [{"label": "a"}] * 4}, {"parts": "Слишком много: не больше 3."}),
            ({"parts": {}}, {"parts": "Нужен список."}),
            ({"unknown": 1, "more": 2}, {"unknown": "Неизвестное поле.", "more": "Неизвестное поле."}),
        ],
    )  # fmt: skip
    def test_names_each_field_that_is_wrong_and_why(
        self, fields: dict[str, Any], errors: dict[str, str]
    ) -> None:
        assert wrong(a_body(**fields)) == errors

    @pytest.mark.parametrize(
        ("fields", "path"),
        [
            ({"name": "a\0b"}, "name"),
            ({"part": {"label": "\0"}}, "part.label"),
            ({"parts": [{"label": "a"}, {"label": "b\0"}]}, "parts.1.label"),
            ({"words": ["a", "\0"]}, "words"),
            ({"facts": {"a": "\0"}}, "facts"),
            ({"facts": {"\0": "a"}}, "facts"),
        ],
    )
    def test_holds_no_zero_which_postgresql_cannot_store(self, fields: dict[str, Any], path: str) -> None:
        assert wrong(a_body(**fields)) == {path: "Недопустимый знак в тексте."}

    def test_may_speak_of_a_zero(self) -> None:
        assert read(b'{"name": "\\\\u0000"}').name == "\\u0000"

    def test_never_gives_values_back(self) -> None:
        with pytest.raises(FieldErrors) as caught:
            read(a_body(count="+79161234567", role="Анна", day="Анна", name="Анна" * 20))

        assert "Анна" not in str(caught.value.errors)
        assert "7916" not in str(caught.value.errors)
        assert caught.value.__suppress_context__

    def test_is_not_answered_with_every_one_of_a_thousand_errors(self) -> None:
        errors = wrong(a_body(**{f"{'x' * 40}{number}": 1 for number in range(1_000)}))

        assert len(errors) == 50

    def test_does_not_choose_what_a_fields_name_looks_like(self) -> None:
        (name,) = wrong(json.dumps({"a\n\x1b[31m\0" + "b" * 500: 1}).encode())

        assert name == "a[31m" + "b" * 195


class TestItsSize:
    def test_is_bounded(self) -> None:
        limit = web.load().body_limit_bytes
        assert read(b"{}" + b" " * (limit - 2)) == Whole()

        with pytest.raises(BodyTooLarge):
            read(b"{}" + b" " * (limit - 1))


class TestItsMediaType:
    @pytest.mark.parametrize(
        "media_type",
        ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;x=y"],
    )
    def test_is_json(self, media_type: str) -> None:
        assert body_of(a_request(b"{}", media_type=media_type), Whole) == Whole()

    @pytest.mark.parametrize(
        "media_type", [None, "", "text/plain", "application/jsonx", "application/x-www-form-urlencoded", "text/html;application/json"]
    )  # fmt: skip
    def test_is_nothing_else(self, media_type: str | None) -> None:
        with pytest.raises(UnsupportedMediaType):
            body_of(a_request(b"{}", media_type=media_type), Whole)


class TestAQuery:
    def test_is_read_from_text(self) -> None:
        page = query_of(a_request(query={"page": "3", "size": "50"}), PageQuery)

        assert (page.page, page.size, page.offset) == (3, 50, 100)
        assert query_of(a_request(), PageQuery) == PageQuery(page=1, size=20)

    @pytest.mark.parametrize(
        ("query", "path"),
        [
            ({"page": "0"}, "page"),
            ({"page": "-1"}, "page"),
            ({"page": "one"}, "page"),
            ({"page": ""}, "page"),
            ({"page": "1.5"}, "page"),
            ({"page": "9" * 5_000}, "page"),
            ({"page": "\ud800"}, "page"),
            ({"size": "101"}, "size"),
            ({"sort": "id"}, "sort"),
        ],
    )
    def test_is_checked_as_a_body_is(self, query: dict[str, str], path: str) -> None:
        assert list(wrong_query(query)) == [path]

    def test_names_nothing_twice(self) -> None:
        assert wrong_query({"page": "2"}, "page") == {"page": "Указано несколько раз."}

    def test_with_half_a_character_in_a_name_can_still_be_answered(self) -> None:
        errors = wrong_query({"\ud800": "1"}, "\ud800x")

        assert json.dumps(errors, ensure_ascii=False).encode()


class TestAPathValue:
    def test_is_an_identifier_in_one_spelling_or_nothing(self) -> None:
        assert path_value(ID, UUID) == UUID(ID)
        assert path_value(ID.upper(), UUID) == UUID(ID)

    @pytest.mark.parametrize(
        "raw", ["", "1", ID[:-1], ID + "0", ID.replace("-", ""), "{" + ID + "}", "urn:uuid:" + ID, ID[:-1] + "я",
                "%D0%B0", "\ufffd", "\x00", "../" + ID, " " + ID]
    )  # fmt: skip
    def test_that_can_be_no_identifier_names_nothing(self, raw: str) -> None:
        with pytest.raises(UnknownAddress):
            path_value(raw, UUID)

    @pytest.mark.parametrize(("raw", "number"), [("0", 0), ("17", 17), ("999999999", 999_999_999)])
    def test_may_be_a_number(self, raw: str, number: int) -> None:
        assert path_value(raw, int) == number

    @pytest.mark.parametrize(
        "raw", ["", "-1", "+1", "1.0", "1_0", " 1", "１", "²", "1e3", "9" * 10, "9" * 5_000]
    )
    def test_is_no_other_number(self, raw: str) -> None:
        with pytest.raises(UnknownAddress):
            path_value(raw, int)

    @pytest.mark.parametrize("raw", ["a\x00b", "\udcff", "a\nb"])
    def test_is_a_word_that_can_be_stored(self, raw: str) -> None:
        assert path_value("yookassa", str) == "yookassa"
        with pytest.raises(UnknownAddress):
            path_value(raw, str)


app = HttpFunction("functions.wholes.read.handler")


@app.endpoint("POST", "/wholes/{whole_id}", access=rights.OWN_ACCOUNT, repeats="none")
def never(whole_id: UUID, body: Whole) -> WholeView:
    return WholeView(name=f"{whole_id} {body.name}")


class TestAStranger:
    """The order of refusals: who, where, what; all of it before a connection is taken."""

    @pytest.mark.parametrize("raw", [b"{", b"{}", b"x" * 100_000])
    def test_is_refused_before_his_input_is_looked_at(self, raw: bytes) -> None:
        assert call_function(app, raw=raw, whole_id="7").code == "sign_in_needed"
