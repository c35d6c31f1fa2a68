import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.discovery import ROOT
from shared.config.environment import SettingsError
from shared.config.keys import NamedKeys
from shared.security import key_service
from shared.security.key_service import KeyServiceUnavailable
from shared.security.kms import ENCRYPTION_CONTEXT
from shared.security.pii import BlindIndex
from shared.vault import service as vault
from tests import settings
from tests.shared.security.key_services import REGION, Scripted, cloud, scripted

Point = Callable[[Scripted], None]

RING, INDEX = os.urandom(32), os.urandom(32)
PLAINTEXT = json.dumps(
    {
        "ring": {"active": "r", "keys": {"r": b64encode(RING).decode()}},
        "index": {"active": "i", "keys": {"i": b64encode(INDEX).decode()}},
    }
).encode()
OPENED = (200, json.dumps({"Plaintext": b64encode(PLAINTEXT).decode()}).encode())

#: As a function does: imports its vault, then twice finds and seals something.
_FRESH_PROCESS = """
import sys
from uuid import uuid4
from shared.vault import service as vault
print("imported", flush=True)
sys.stdin.readline()
for _ in range(2):
    vault.index_of("phone", "+79161234567")
    vault._ring().new_key(uuid4())
print("worked", flush=True)
sys.stdin.readline()
"""


def variables(url: str, key_arn: str = "k", sealed: bytes = b"sealed") -> dict[str, str]:
    return {
        "HOUSLER_KEY_SERVICE": "kms",
        "HOUSLER_SEALED_KEYS": b64encode(sealed).decode(),
        "HOUSLER_KMS_KEY_ARN": key_arn,
        "AWS_ENDPOINT_URL_KMS": url,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
    }


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Point:
    """Take the keys from a key service; none stand in the environment."""

    def set_all(service: Scripted) -> None:
        for name in ("HOUSLER_KEY_RING", "HOUSLER_INDEX_KEYS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables(service.url).items():
            monkeypatch.setenv(name, value)
        settings.forget()

    return set_all


class TestTheEnvironment:
    def test_is_read_without_asking_anybody(self) -> None:
        assert key_service.personal_data_keys().ring.active == "test"
        assert key_service.personal_data_keys() is key_service.personal_data_keys()


class TestAKms:
    def test_is_asked_once_for_both_sets(self, point: Point) -> None:
        with scripted(OPENED) as service:
            point(service)
            for _ in range(3):
                keys = key_service.personal_data_keys()
            vault.index_of("phone", "+79161234567")

        assert keys.ring == NamedKeys("r", {"r": RING})
        assert keys.index == NamedKeys("i", {"i": INDEX})
        assert len(service.calls) == 1

    def test_is_asked_once_by_two_threads_at_once(self, point: Point) -> None:
        with scripted(OPENED, delay_seconds=0.2) as service:
            point(service)
            with ThreadPoolExecutor(4) as pool:
                found = list(pool.map(lambda _: vault.index_of("phone", "+79161234567"), range(8)))

        assert len(set(found)) == 1
        assert len(service.calls) == 1

    def test_is_asked_again_after_it_failed(self, point: Point, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shared.security.kms._PAUSES_SECONDS", ())
        with scripted((503, b""), OPENED) as service:
            point(service)
            with pytest.raises(KeyServiceUnavailable, match="временно недоступен"):
                key_service.personal_data_keys()

            assert key_service.personal_data_keys().ring.active == "r"

    def test_speaks_over_tls_in_production(self, point: Point, monkeypatch: pytest.MonkeyPatch) -> None:
        with scripted(OPENED) as service:
            point(service)
            monkeypatch.setenv("HOUSLER_STAGE", "production")
            with pytest.raises(SettingsError, match=r"^AWS_ENDPOINT_URL_KMS must be an https address"):
                key_service.personal_data_keys()

        assert service.calls == []


class TestAFreshProcess:
    def test_asks_at_its_first_use_and_never_again(self) -> None:
        with scripted(OPENED) as service:
            environment = {
                name: value for name, value in os.environ.items() if not name.startswith("HOUSLER_")
            }
            with subprocess.Popen(  # noqa: S603 -- our own interpreter
                [sys.executable, "-c", _FRESH_PROCESS],
                cwd=ROOT,
                env={**environment, "HOUSLER_STAGE": "test", **variables(service.url)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as process:
                assert process.stdin is not None
                assert process.stdout is not None
                assert process.stdout.readline() == "imported\n"
                asked_by_importing = len(service.calls)
                process.stdin.write("\n")
                process.stdin.flush()
                assert process.stdout.readline() == "worked\n"
                process.communicate("\n", timeout=20)

        assert asked_by_importing == 0
        assert len(service.calls) == 1

    def test_opens_what_the_operators_command_sealed(self) -> None:
        """With a cloud's own KMS, as docs/operations.md tells to set it up."""
        with cloud() as client:
            key_arn = client.create_key()["KeyMetadata"]["Arn"]
            sealed = client.encrypt(
                KeyId=key_arn, Plaintext=PLAINTEXT, EncryptionContext=dict(ENCRYPTION_CONTEXT)
            )["CiphertextBlob"]
            done = subprocess.run(
                [
                    sys.executable,
                    "-c",
                    "from shared.vault import service; print(service.index_of('inn', '7').hex())",
                ],
                cwd=ROOT,
                env={"HOUSLER_STAGE": "test", **variables(client.meta.endpoint_url, key_arn, sealed)},
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )

        assert done.stdout.strip() == BlindIndex(INDEX).of("inn", "7").hex()
