import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from shared.config.aws import AwsSettings
from shared.security import kms
from shared.security.key_service import KeyServiceRefused, KeyServiceUnavailable
from shared.security.kms import ENCRYPTION_CONTEXT, Kms
from tests.shared.security.key_services import REGION, Scripted, cloud, scripted

ARN = "arn:aws:kms:eu-central-1:123456789012:key/1"
OPENED = (200, json.dumps({"KeyId": "k", "Plaintext": b64encode(b"opened").decode()}).encode())


def at(url: str) -> AwsSettings:
    return AwsSettings(REGION, "AKIAEXAMPLE", "secret", None, None, url)


def refusal(kind: str, status: int = 400) -> tuple[int, bytes]:
    return status, json.dumps({"__type": kind, "message": "arn:aws:kms:… is not for you"}).encode()


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kms, "_PAUSES_SECONDS", (0.01, 0.01))


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with cloud() as started:
        yield started


class TestACloudsKms:
    """The client speaks to moto's server, which knows real keys and contexts."""

    def test_opens_what_its_key_sealed(self, client: Any) -> None:
        key_arn = client.create_key()["KeyMetadata"]["Arn"]
        sealed = client.encrypt(
            KeyId=key_arn, Plaintext=b"the keys", EncryptionContext=dict(ENCRYPTION_CONTEXT)
        )["CiphertextBlob"]

        assert Kms(key_arn, at(client.meta.endpoint_url)).decrypt(sealed) == b"the keys"

    def test_does_not_open_what_was_sealed_for_another_purpose(self, client: Any) -> None:
        key_arn = client.create_key()["KeyMetadata"]["Arn"]
        sealed = client.encrypt(KeyId=key_arn, Plaintext=b"the keys", EncryptionContext={"service": "other"})[
            "CiphertextBlob"
        ]

        with pytest.raises(KeyServiceRefused, match="InvalidCiphertext"):
            Kms(key_arn, at(client.meta.endpoint_url)).decrypt(sealed)

    def test_does_not_open_altered_bytes(self, client: Any) -> None:
        key_arn = client.create_key()["KeyMetadata"]["Arn"]
        sealed = client.encrypt(KeyId=key_arn, Plaintext=b"k", EncryptionContext=dict(ENCRYPTION_CONTEXT))[
            "CiphertextBlob"
        ]

        with pytest.raises(KeyServiceRefused):
            Kms(key_arn, at(client.meta.endpoint_url)).decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]))


class TestTheCall:
    def test_is_one_signed_decrypt(self) -> None:
        with scripted(OPENED) as service:
            assert Kms(ARN, at(service.url)).decrypt(b"sealed") == b"opened"

        (call,) = service.calls
        assert call["signed"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
        assert f"/{REGION}/kms/aws4_request" in call["signed"]
        del call["signed"]
        assert call == {
            "target": "TrentService.Decrypt",
            "KeyId": ARN,
            "CiphertextBlob": b64encode(b"sealed").decode(),
            "EncryptionContext": {"service": "housler", "purpose": "personal-data-keys"},
        }

    @pytest.mark.parametrize(
        "hindrance", [(503, b""), refusal("ThrottlingException"), (200, b"{}"), (200, b"[]"), (500, b"\xff")]
    )
    def test_is_made_again_when_it_came_to_nothing(self, hindrance: tuple[int, bytes]) -> None:
        with scripted(hindrance, hindrance, OPENED) as service:
            assert decrypted(service) == b"opened"

        assert len(service.calls) == 3

    def test_is_not_made_for_ever(self) -> None:
        with scripted((503, b"")) as service, pytest.raises(KeyServiceUnavailable) as caught:
            decrypted(service)

        assert len(service.calls) == 3
        assert caught.value.reason == "HTTP 503"
        assert caught.value.code == "keys_unavailable"

    @pytest.mark.parametrize(
        "kind", ["AccessDeniedException", "com.amazonaws.kms#DisabledException", "IncorrectKeyException"]
    )
    def test_is_not_repeated_after_a_refusal(self, kind: str) -> None:
        with scripted(refusal(kind)) as service, pytest.raises(KeyServiceRefused) as caught:
            decrypted(service)

        assert len(service.calls) == 1
        assert str(caught.value) == f"the key service answers {kind.rsplit('#', 1)[-1]}"

    def test_ends_within_its_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kms, "_TIMEOUT_SECONDS", 0.05)
        with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(KeyServiceUnavailable) as caught:
            Kms("k", at(f"http://127.0.0.1:{mute.getsockname()[1]}")).decrypt(b"sealed")

        assert caught.value.reason == "TimeoutError"

    def test_finds_nobody(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]

        with pytest.raises(KeyServiceUnavailable) as caught:
            Kms("k", at(f"http://127.0.0.1:{port}")).decrypt(b"sealed")
        assert caught.value.reason == "ConnectionRefusedError"


def decrypted(service: Scripted) -> bytes:
    return Kms("k", at(service.url)).decrypt(b"sealed")


class TestWhereItIs:
    def test_is_the_regions_own_unless_said_otherwise(self) -> None:
        assert (
            Kms("k", AwsSettings("eu-central-1", "a", "b", None, None))._endpoint
            == "https://kms.eu-central-1.amazonaws.com"
        )
