"""What needs no bank: addresses, bodies, settings, imports."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from yookassa.domain.common.security_helper import SecurityHelper

from shared.adapters.payouts.factory import payout_provider
from shared.adapters.sbp.factory import payment_provider
from shared.adapters.sbp.webhooks import webhook_verifier
from shared.adapters.sbp.yookassa_events import parse
from shared.config import yookassa as settings
from shared.config.environment import SettingsError
from shared.ports.payments import Forged
from tests.adapters.yookassa.bankside import KEYS, ROOT

LOADS = (settings.load_shop, settings.load_gateway, settings.load_webhook_networks)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name in (*KEYS, "YOOKASSA_URL", "YOOKASSA_WEBHOOK_NETWORKS", "HOUSLER_STAGE"):
        monkeypatch.delenv(name, raising=False)
    for load in LOADS:
        load.cache_clear()
    yield monkeypatch
    for load in LOADS:
        load.cache_clear()


def verify(peer: str, headers: dict[str, str] | None = None) -> None:
    webhook_verifier("yookassa").verify(body=b"{}", headers=headers or {}, peer_address=peer)


class TestSender:
    @pytest.mark.parametrize(
        "peer",
        ["185.71.76.1", "77.75.153.127", "77.75.156.35", "2a02:5180:0:2669::7", "::ffff:185.71.77.31"],
    )
    def test_within_the_published_networks_passes(self, peer: str) -> None:
        verify(peer)

    @pytest.mark.parametrize(
        "peer",
        [
            "185.71.76.32",
            "77.75.153.128",
            "8.8.8.8",
            "127.0.0.1",
            "::1",
            "::ffff:8.8.8.8",
            "2a02:5180::1",
            "",
            "x",
        ],
    )
    def test_elsewhere_is_forged(self, peer: str) -> None:
        with pytest.raises(Forged):
            verify(peer)

    @pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "x-forwarded-for"])
    def test_is_not_believed_about_itself(self, name: str) -> None:
        with pytest.raises(Forged):
            verify("8.8.8.8", {name: "185.71.76.1"})

    def test_networks_are_those_of_the_official_client(self) -> None:
        ours = {str(network).removesuffix("/32") for network in settings.load_webhook_networks()}

        assert ours == {network.removesuffix("/32") for network in SecurityHelper.YOOKASSA_NETWORKS}

    def test_is_answered_with_a_plain_200(self) -> None:
        assert webhook_verifier("yookassa").accepted.status == 200


class TestBody:
    def test_keeps_an_unknown_kind(self) -> None:
        event = parse(b'{"type": "notification", "event": "invoice.paid", "object": {"id": "in-1"}}')

        assert (event.kind, event.object_id, event.key) == ("invoice.paid", "in-1", "invoice.paid:in-1")

    @pytest.mark.parametrize(
        "message",
        [
            None,
            [],
            {"type": "other", "event": "payment.succeeded", "object": {"id": "1"}},
            {"type": "notification", "object": {"id": "1"}},
            {"type": "notification", "event": "payment", "object": {"id": "1"}},
            {"type": "notification", "event": "payment.succeeded"},
            {"type": "notification", "event": "payment.succeeded", "object": {"id": 1}},
            {"type": "notification", "event": "payment.succeeded", "object": {"id": "../me"}},
            {"type": "notification", "event": "payment.succeeded", "object": {"id": "1" * 65}},
            {"type": "notification", "event": ["payment.succeeded"], "object": {"id": "1"}},
        ],
    )
    def test_of_another_shape_is_refused(self, message: object) -> None:
        with pytest.raises(ValueError, match=r"^n"):
            parse(json.dumps(message).encode())

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"[" * 100_000])
    def test_that_is_not_json_is_refused(self, body: bytes) -> None:
        with pytest.raises(ValueError, match="not JSON"):
            parse(body)


class TestSettings:
    @pytest.mark.parametrize(
        "networks", ["127.0.0.0/8", "185.71.76.0/27, 127.0.0.77/32", "::1/128", "0.0.0.0/0"]
    )
    def test_of_production_hold_no_loopback(self, environment: pytest.MonkeyPatch, networks: str) -> None:
        environment.setenv("YOOKASSA_WEBHOOK_NETWORKS", networks)

        with pytest.raises(SettingsError, match="loopback"):
            settings.load_webhook_networks()

    def test_of_a_test_may_name_the_stand_in(self, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("HOUSLER_STAGE", "test")
        environment.setenv("YOOKASSA_WEBHOOK_NETWORKS", "127.0.0.77/32")

        verify("127.0.0.77")

    def test_that_are_no_networks_are_named_without_their_value(
        self, environment: pytest.MonkeyPatch
    ) -> None:
        environment.setenv("YOOKASSA_WEBHOOK_NETWORKS", "secret")

        with pytest.raises(SettingsError) as refusal:
            settings.load_webhook_networks()

        assert "secret" not in str(refusal.value)

    def test_of_production_call_by_https_only(self, environment: pytest.MonkeyPatch) -> None:
        for name, value in KEYS.items():
            environment.setenv(name, value)
        environment.setenv("YOOKASSA_URL", "http://127.0.0.1:9/v3")

        with pytest.raises(SettingsError, match="https"):
            payment_provider("yookassa")

    @pytest.mark.parametrize("make", [payment_provider, payout_provider])
    def test_are_required(self, make: type) -> None:
        with pytest.raises(SettingsError, match="YOOKASSA"):
            make("yookassa")

    def test_show_no_key(self, environment: pytest.MonkeyPatch) -> None:
        for name, value in KEYS.items():
            environment.setenv(name, value)

        assert "key" not in repr(settings.load_shop()).replace("secret_key", "")


class TestFactories:
    def test_make_the_providers_by_name(self, environment: pytest.MonkeyPatch) -> None:
        for name, value in KEYS.items():
            environment.setenv(name, value)

        assert payment_provider("yookassa").name == payout_provider("yookassa").name == "yookassa"

    def test_know_the_key_that_is_being_replaced(self, environment: pytest.MonkeyPatch) -> None:
        for name, value in KEYS.items():
            environment.setenv(name, value)
        assert settings.load_shop().previous_secret_key is None
        settings.load_shop.cache_clear()
        environment.setenv("YOOKASSA_PREVIOUS_SECRET_KEY", "of-yesterday")
        environment.setenv("YOOKASSA_GATEWAY_PREVIOUS_SECRET_KEY", "of-the-day-before")

        assert settings.load_shop().previous_secret_key == "of-yesterday"
        assert settings.load_gateway().previous_secret_key == "of-the-day-before"
        assert "yesterday" not in repr(settings.load_shop())

    @pytest.mark.parametrize("make", [payment_provider, payout_provider, webhook_verifier])
    def test_know_no_other(self, make: type) -> None:
        with pytest.raises(LookupError):
            make("otherbank")


class TestImports:
    def test_of_the_webhook_are_the_standard_library_and_ours(self) -> None:
        code = (
            "import sys; import shared.adapters.sbp.webhooks, shared.adapters.sbp.yookassa_events;"
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

        loaded = found.stdout.strip()
        for heavy in ("yookassa", "requests", "sqlalchemy", "pydantic", "boto3"):
            assert heavy not in loaded
