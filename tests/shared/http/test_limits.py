from datetime import timedelta

import pytest
from sqlalchemy import update

from shared.access import rights
from shared.db.session import transaction
from shared.http.caller import PUBLIC
from shared.http.function import HttpFunction
from shared.http.inputs import RequestModel, ViewModel
from shared.http.limits import PER_PEER, Limit
from shared.kernel.clock import utc_now
from shared.kernel.errors import Conflict
from shared.limits.models import RateLimit
from shared.vault import service as vault
from tests.functions.conftest import Answer, Call, Signed
from tests.shared.http.conftest import signed_in

THREE = Limit("few", 3, 60)


class Word(RequestModel):
    word: str


class Said(ViewModel):
    word: str


class Refused(Conflict):
    code = "refused"


everybody = HttpFunction("functions.words.say.handler")
other = HttpFunction("functions.words.sing.handler")
known = HttpFunction("functions.words.whisper.handler")
refusing = HttpFunction("functions.words.shout.handler")


@everybody.endpoint("POST", "/words", access=PUBLIC, limit=THREE)
def say(body: Word) -> Said:
    return Said(word=body.word)


@other.endpoint("POST", "/songs", access=PUBLIC, limit=THREE)
def sing(body: Word) -> Said:
    return Said(word=body.word)


@known.endpoint("GET", "/whispers", access=rights.OWN_ACCOUNT, limit=THREE)
def whisper() -> Said:
    return Said(word="тише")


@refusing.endpoint("POST", "/shouts", access=PUBLIC, limit=THREE)
def shout(body: Word) -> Said:
    raise Refused(body.word)


def ask(call: Call, peer: str = "192.0.2.1", app: HttpFunction = everybody) -> Answer:
    return call(app, body={"word": "да"}, peer=peer)


class TestALimit:
    def test_is_told_with_every_answer(self, call: Call) -> None:
        first, second = ask(call), ask(call)

        assert first.headers["RateLimit-Policy"] == '"few";q=3;w=60'
        assert first.headers["RateLimit"] == '"few";r=2;t=60'
        assert second.headers["RateLimit"].startswith('"few";r=1;t=')

    def test_refuses_what_is_beyond_it_and_says_when_to_come_back(self, call: Call) -> None:
        allowed = [ask(call).status for _ in range(3)]

        refused = ask(call)

        assert allowed == [200, 200, 200]
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert 0 < int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["RateLimit"].startswith('"few";r=0;t=')

    def test_counts_each_peer_and_each_operation_apart(self, call: Call) -> None:
        for _ in range(3):
            ask(call)

        assert ask(call).status == 429
        assert ask(call, peer="192.0.2.2").status == 200
        assert ask(call, app=other).status == 200

    def test_counts_callers_who_are_known_by_themselves(self, call: Call, agent: Signed) -> None:
        somebody = signed_in()
        for number in range(3):
            call(known, as_=agent, peer=f"192.0.2.{number}")

        assert call(known, as_=agent, peer="192.0.2.9").status == 429
        assert call(known, as_=somebody, peer="192.0.2.9").status == 200

    def test_counts_what_fails_too(self, call: Call) -> None:
        failed = [ask(call, app=refusing).status for _ in range(4)]

        assert failed == [409, 409, 409, 429]

    def test_begins_anew_when_its_window_is_over(self, call: Call) -> None:
        for _ in range(4):
            ask(call)
        with transaction() as session:
            session.execute(update(RateLimit).values(window_ends_at=utc_now() - timedelta(seconds=1)))

        assert ask(call).status == 200

    def test_costs_a_malformed_request_nothing(self, call: Call) -> None:
        for _ in range(5):
            assert call(everybody, body={"word": 1}).status == 422

        assert call(everybody, body={"word": "да"}).status == 200

    def test_keeps_no_address_in_plain(self, call: Call) -> None:
        ask(call, peer="192.0.2.77")

        with transaction() as session:
            kept = session.get(RateLimit, vault.index_of("rate-limit", "POST /words\x1ffew\x1f192.0.2.77"))
        assert kept is not None

    @pytest.mark.parametrize(
        ("access", "limit"), [(PUBLIC, PER_PEER), (rights.OWN_ACCOUNT, None)], ids=["public", "known"]
    )
    def test_stands_wherever_everybody_may_call(self, access: object, limit: Limit | None) -> None:
        function = HttpFunction("functions.things.handler")
        function.endpoint("GET", "/things", access=access)(lambda: None)  # type: ignore[arg-type]

        assert function.operation.limit == limit
