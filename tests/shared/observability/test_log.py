import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.observability import log
from shared.security.codes import new_token

Lines = Callable[[], list[dict[str, Any]]]
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
JWT = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiIwMTkzYTVjMiJ9.c2lnbmF0dXJl"

PERSONAL = {
    "a phone": "+79161234567",
    "a phone with a prefix of eight": "89161234567",
    "a phone as people write it": "8 (916) 123-45-67",
    "a phone with dots": "+7.916.123.45.67",
    "a phone in a link": "tel:%2B79161234567",
    "a phone after a letter": "x79161234567",
    "a phone after a dash": "id-79161234567",
    "a phone before a hexadecimal letter": "79161234567abc",
    "a phone with no-break spaces": "+7\N{NBSP}916\N{NBSP}123\N{NBSP}45\N{NBSP}67",
    "an address": "ivan.petrov@example.ru",
    "an address with strange letters": "o'brien!#x@mail.example.ru",
    "an address in Cyrillic": "иван@почта.рф",
    "an address in a link": "ivan%40example.ru",
    "a person's INN": "500100732259",
    "a company's INN": "7707083893",
    "a passport": "4506 123456",
    "an account": "40817810099910004312",
    "an access token": JWT,
    "an authorization": "Bearer abc.def",
    "a refresh token": new_token(),
}


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def request_id() -> Iterator[str]:
    token = log.request_id.set("request-1")
    yield "request-1"
    log.request_id.reset(token)


def parts_of(text: str) -> list[str]:
    """The runs of letters and digits by which somebody would find a person."""
    return [text, *(part for part in ("9161234567", "ivan", "petrov", "иван", "brien") if part in text)]


class TestALine:
    def test_is_one_json_object_with_the_requests_id(self, lines: Lines, request_id: str) -> None:
        log.write("request", status=200, route="/deals", error_code=None)

        (line,) = lines()
        assert {name: line[name] for name in ("level", "event", "status", "route", "error_code")} == {
            "level": "info", "event": "request", "status": 200, "route": "/deals", "error_code": None,
        }  # fmt: skip
        assert line["request_id"] == request_id
        assert line["at"].endswith("+00:00")

    def test_stays_one_line_whatever_is_in_it(self, lines: Lines) -> None:
        log.write("request", route="one\ntwo\r\x00\x1b[31m")

        assert len(lines()) == 1

    def test_is_written_even_when_half_a_character_is_in_it(self, lines: Lines) -> None:
        log.write("request", route="\ud800 сделка")

        assert "сделка" in lines()[0]["route"]


class TestWhatIsPersonal:
    @pytest.mark.parametrize("text", PERSONAL.values(), ids=PERSONAL.keys())
    @pytest.mark.parametrize("around", ["{}", "failed for {}, twice", "a={};b=1", "<{}>"])
    def test_never_appears_in_a_text(self, lines: Lines, text: str, around: str) -> None:
        log.write("note", detail=around.format(text))

        (line,) = lines()
        assert [part for part in parts_of(text) if part in line["detail"]] == []

    def test_never_appears_as_a_number(self, lines: Lines) -> None:
        log.write("note", subject=79161234567, taxpayer=500100732259)

        (line,) = lines()
        assert line["subject"] == line["taxpayer"] == "‹number›"

    @pytest.mark.parametrize(
        "name", ["phone", "client_email", "full_name", "inn", "passport", "code", "password", "refresh_token",
                 "api_secret", "address", "bank_account"],
    )  # fmt: skip
    def test_never_appears_under_a_telling_name(self, lines: Lines, name: str) -> None:
        log.write("note", **{name: "Анна"})

        assert lines()[0][name] == "‹hidden›"

    def test_never_appears_as_the_requests_id(self, lines: Lines) -> None:
        token = log.request_id.set("+79161234567")
        log.write("note")
        log.request_id.reset(token)

        assert lines()[0]["request_id"] == "‹number›"


class TestWhatIsNot:
    @pytest.mark.parametrize(
        "text", ["0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11", HASH, HASH[:32], HASH[:40], "deals.create", "127.0.0.1", "handler.py:12:do < a.py:1345:b"]
    )  # fmt: skip
    def test_stays_readable(self, lines: Lines, text: str) -> None:
        log.write("note", detail=f"saw {text} here")

        assert lines()[0]["detail"] == f"saw {text} here"

    def test_sums_and_counts_stay_numbers(self, lines: Lines) -> None:
        log.write("note", amount_kopecks=30_000_000_000, milliseconds=12, done=True)

        line = lines()[0]
        assert (line["amount_kopecks"], line["milliseconds"], line["done"]) == (30_000_000_000, 12, True)

    def test_names_of_functions_and_errors_stay(self, lines: Lines) -> None:
        log.write("note", function_name="deals.create", error_code="not_found", provider_code="201")

        line = lines()[0]
        assert (line["function_name"], line["error_code"], line["provider_code"]) == (
            "deals.create", "not_found", "201",
        )  # fmt: skip


class TestASurprise:
    def test_is_named_and_placed_but_never_quoted(self, lines: Lines) -> None:
        def deep() -> None:
            raise ValueError("Анна Соколова, +79161234567")

        try:
            deep()
        except ValueError as error:
            log.surprise("unexpected", error)

        (line,) = lines()
        assert (line["level"], line["error_name"]) == ("error", "ValueError")
        assert line["trace"].startswith("test_log.py:")
        assert ":deep < test_log.py:" in line["trace"]
        assert "Анна" not in json.dumps(line, ensure_ascii=False)
