"""Terminals, networks and factories: what production refuses, and what a message of a stranger meets."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from shared.adapters.sbp.factory import payment_provider
from shared.adapters.sbp.webhooks import webhook_verifier
from shared.config import tbank as settings
from shared.config import terminals
from shared.config.environment import SettingsError
from shared.ports.payments import Forged
from tests.adapters.tbank.test_token import TOLD_TOKEN, a_message
from tests.adapters.yookassa.bankside import ROOT

LOADS = (settings.load_terminals, settings.load_webhook_networks, terminals.load)
OURS = {"terminal_key": "1700000000001", "passwords": ["pw-current", "pw-previous"]}
SENDER = "91.194.226.1"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name in ("TBANK_URL", "TBANK_WEBHOOK_NETWORKS", "HOUSLER_STAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOUSLER_TERMINALS", "first=tbank,second=tbank")
    monkeypatch.setenv("TBANK_TERMINALS", json.dumps({"first": OURS, "second": {**OURS, "deal_type": "NN"}}))
    _forget()
    yield monkeypatch
    _forget()


def _forget() -> None:
    for load in LOADS:
        load.cache_clear()


class TestTerminals:
    def test_are_several_each_with_its_own(self) -> None:
        first, second = payment_provider("first"), payment_provider("second")

        assert (first.name, second.name) == ("first", "second")
        assert (first.capabilities.bank_deals, second.capabilities.bank_deals) == (False, True)

    @pytest.mark.parametrize("make", [payment_provider, webhook_verifier])
    def test_know_no_other(self, make: type) -> None:
        with pytest.raises(LookupError):
            make("third")

    @pytest.mark.parametrize("make", [payment_provider, webhook_verifier])
    def test_that_nothing_is_said_of_are_named(self, environment: pytest.MonkeyPatch, make: type) -> None:
        environment.delenv("TBANK_TERMINALS")

        with pytest.raises(SettingsError, match="nothing of first"):
            make("first")

    @pytest.mark.parametrize(
        "written",
        [
            "secret",
            "[]",
            '{"first": "secret"}',
            '{"first": {"terminal_key": "secret"}}',
            '{"first": {"terminal_key": "", "passwords": ["secret"]}}',
            '{"first": {"terminal_key": "k", "passwords": []}}',
            '{"first": {"terminal_key": "k", "passwords": [""]}}',
            '{"first": {"terminal_key": "k", "passwords": ["secret", "secret", "secret"]}}',
            '{"first": {"terminal_key": "k", "passwords": ["secret"], "password": "secret"}}',
            '{"first": {"terminal_key": "k", "passwords": ["secret"], "deal_type": 1}}',
        ],
    )
    def test_in_another_form_are_refused_without_their_value(
        self, environment: pytest.MonkeyPatch, written: str
    ) -> None:
        environment.setenv("TBANK_TERMINALS", written)

        with pytest.raises(SettingsError, match="TBANK_TERMINALS") as refusal:
            settings.load_terminals()

        assert "secret" not in str(refusal.value)

    def test_of_tests_are_refused_in_production(self, environment: pytest.MonkeyPatch) -> None:
        environment.setenv(
            "TBANK_TERMINALS", json.dumps({"first": {**OURS, "terminal_key": "1700000000001DEMO"}})
        )

        with pytest.raises(SettingsError, match="test terminal"):
            payment_provider("first")
        environment.setenv("HOUSLER_STAGE", "test")
        assert payment_provider("first").name == "first"

    def test_are_called_by_https_only_in_production(self, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("TBANK_URL", "http://127.0.0.1:9/v2")

        with pytest.raises(SettingsError, match="https"):
            payment_provider("first")

    def test_show_no_password(self) -> None:
        assert "pw-" not in repr(settings.load_terminals())


class TestSender:
    @pytest.mark.parametrize("peer", [SENDER, "91.218.135.255", "212.233.80.7", "::ffff:91.194.227.255"])
    def test_within_the_published_networks_is_heard(self, peer: str) -> None:
        with pytest.raises(Forged, match="terminal"):
            webhook_verifier("first").verify(body=a_message(), headers={}, peer_address=peer)

    @pytest.mark.parametrize("peer", ["91.194.228.1", "8.8.8.8", "127.0.0.1", "::1", "", "x"])
    def test_elsewhere_is_forged_whatever_it_says(self, peer: str) -> None:
        headers = {"X-Forwarded-For": SENDER}

        with pytest.raises(Forged, match="address"):
            webhook_verifier("first").verify(body=a_message(), headers=headers, peer_address=peer)

    @pytest.mark.parametrize(
        "networks", ["127.0.0.0/8", "91.194.226.0/23,127.0.0.78/32", "::1/128", "0.0.0.0/0"]
    )
    def test_is_never_this_machine_in_production(
        self, environment: pytest.MonkeyPatch, networks: str
    ) -> None:
        environment.setenv("TBANK_WEBHOOK_NETWORKS", networks)

        with pytest.raises(SettingsError, match="loopback"):
            webhook_verifier("first")


class TestMessage:
    @pytest.fixture(autouse=True)
    def _known_terminal(self, environment: pytest.MonkeyPatch) -> None:
        known = {"terminal_key": "HouslerDEMO", "passwords": ["of tomorrow", "pw-demo"]}
        environment.setenv("HOUSLER_STAGE", "test")
        environment.setenv("TBANK_TERMINALS", json.dumps({"first": known}))

    def test_with_its_token_passes(self) -> None:
        webhook_verifier("first").verify(body=a_message(), headers={}, peer_address=SENDER)

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (a_message(Amount=15000001), "token"),
            (a_message(Token=None), "token"),
            (a_message(Token=TOLD_TOKEN[::-1]), "token"),
            (a_message(TerminalKey="Another"), "terminal"),
            (b"", "message"),
            (b"{", "message"),
            (b"[]", "message"),
            (b"\xff\xfe", "message"),
            (b"[" * 100_000, "message"),
        ],
    )
    def test_without_it_is_forged(self, body: bytes, why: str) -> None:
        with pytest.raises(Forged, match=why):
            webhook_verifier("first").verify(body=body, headers={}, peer_address=SENDER)

    def test_is_answered_with_two_letters(self) -> None:
        accepted = webhook_verifier("first").accepted

        assert (accepted.status, accepted.body) == (200, "OK")
        assert accepted.content_type.startswith("text/plain")


class TestImports:
    def test_of_the_webhook_are_the_standard_library_and_ours(self) -> None:
        code = (
            "import sys; import shared.adapters.sbp.webhooks, shared.adapters.sbp.tbank_events;"
            "tops = {name.split('.')[0] for name in sys.modules};"
            "print(sorted(tops - sys.stdlib_module_names - {'__main__', 'shared'}))"
        )

        found = subprocess.run(  # noqa: S603 -- our own interpreter
            [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )

        for heavy in ("yookassa", "requests", "sqlalchemy", "pydantic", "boto3"):
            assert heavy not in found.stdout
