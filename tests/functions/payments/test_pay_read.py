from functions.payments.pay_read.handler import app
from shared.http.limits import PER_PEER
from shared.payments import pay_links
from shared.payments.models import PaymentIntent
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, pay_step
from tests.shared.payments.world import a_cast


def token_of(intent: PaymentIntent) -> str:
    return pay_links.address_of(intent).rpartition("/")[2]


class TestPaymentPage:
    def test_shows_a_stranger_what_to_pay_and_how(self, call: Call) -> None:
        intent = ask_for_link(FakeCollector(), a_cast())

        reply = call(app, pay_token=token_of(intent))

        page = reply.json
        assert reply.status == 200
        assert (page["state"], page["amount_kopecks"]) == ("waiting", 300_000_00)
        assert page["url"] == "https://pay.example.test/checkout"
        assert page["qr_svg"].startswith("<svg")
        assert 3_500 < page["seconds_left"] <= 3_600
        assert "код" in page["next"]

    def test_shows_nothing_that_names_anybody_or_the_deal(self, call: Call) -> None:
        cast = a_cast()
        intent = ask_for_link(FakeCollector(), cast)

        told = call(app, pay_token=token_of(intent)).text

        for secret in (cast.deal_id, cast.agent_id, cast.client_id, intent.id, "Соколова", "Смирнов"):
            assert str(secret) not in told

    def test_says_when_it_is_paid(self, call: Call) -> None:
        page = call(app, pay_token=token_of(pay_step(FakeCollector(), a_cast()))).json

        assert page["state"] == "paid"
        assert (page["url"], page["qr_svg"], page["seconds_left"]) == (None, None, None)

    def test_is_not_there_for_who_guesses(self, call: Call) -> None:
        ask_for_link(FakeCollector(), a_cast())

        reply = call(app, pay_token="x" * 43)

        assert (reply.status, reply.code) == (404, "intent_not_found")

    def test_is_limited_per_address(self, call: Call) -> None:
        replies = [call(app, pay_token="x" * 43, peer="192.0.2.7") for _ in range(PER_PEER.times + 1)]

        assert replies[-2].status == 404
        assert (replies[-1].status, replies[-1].code) == (429, "rate_limited")
