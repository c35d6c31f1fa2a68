import json
import os
from base64 import b64encode
from collections.abc import Callable

import pytest

from shared.config import personal_data
from shared.config.environment import SettingsError
from shared.config.keys import NamedKeys
from shared.config.personal_data import NEEDED, KeyService, PersonalDataKeys, SealedKeys

Put = Callable[..., None]

RING, INDEX = os.urandom(32), os.urandom(32)


def written(**keys: bytes) -> dict[str, object]:
    """``{"active", "keys"}``; the first is active."""
    encoded = {name: b64encode(key).decode() for name, key in keys.items()}
    return {"active": next(iter(encoded)), "keys": encoded}


class TestTheKeyService:
    def test_is_the_environment_unless_said_otherwise(self, put: Put) -> None:
        put(HOUSLER_KEY_SERVICE=None)
        assert personal_data.key_service() is KeyService.ENVIRONMENT

        put(HOUSLER_KEY_SERVICE="kms")
        assert personal_data.key_service() is KeyService.KMS

    def test_is_one_of_two(self, put: Put) -> None:
        put(HOUSLER_KEY_SERVICE="vault")

        with pytest.raises(SettingsError, match=r"^HOUSLER_KEY_SERVICE must be environment or kms$"):
            personal_data.key_service()


class TestPlainKeys:
    def test_are_both_sets(self, put: Put) -> None:
        put(
            HOUSLER_KEY_RING=json.dumps(written(a=RING)),
            HOUSLER_INDEX_KEYS=json.dumps(written(i2=INDEX, i1=RING)),
        )

        assert personal_data.plain_keys() == PersonalDataKeys(
            NamedKeys("a", {"a": RING}), NamedKeys("i2", {"i2": INDEX, "i1": RING})
        )

    @pytest.mark.parametrize("name", NEEDED[KeyService.ENVIRONMENT])
    def test_have_no_default(self, put: Put, name: str) -> None:
        put(**{name: None})

        with pytest.raises(SettingsError, match=rf"^set {name}$"):
            personal_data.plain_keys()

    @pytest.mark.parametrize("name", NEEDED[KeyService.ENVIRONMENT])
    def test_are_never_weak(self, put: Put, name: str) -> None:
        put(**{name: json.dumps(written(a=RING, old=bytes(32)))})

        with pytest.raises(SettingsError, match=rf"^{name} must hold 32 random bytes"):
            personal_data.plain_keys()

    def test_are_not_shown(self, put: Put) -> None:
        put(HOUSLER_KEY_RING=json.dumps(written(a=RING)), HOUSLER_INDEX_KEYS=json.dumps(written(b=INDEX)))

        shown = repr(personal_data.plain_keys())

        assert "'a'" in shown
        assert "'b'" in shown
        assert repr(RING) not in shown
        assert repr(INDEX) not in shown


class TestSealedKeys:
    def test_are_a_ciphertext_and_the_key_that_opens_it(self, put: Put) -> None:
        put(
            HOUSLER_SEALED_KEYS=b64encode(b"sealed").decode(),
            HOUSLER_KMS_KEY_ARN="arn:aws:kms:eu-central-1:1:key/1",
        )

        assert personal_data.sealed_keys() == SealedKeys("arn:aws:kms:eu-central-1:1:key/1", b"sealed")

    @pytest.mark.parametrize("name", NEEDED[KeyService.KMS])
    def test_have_no_default(self, put: Put, name: str) -> None:
        put(**{"HOUSLER_SEALED_KEYS": "c2VhbGVk", "HOUSLER_KMS_KEY_ARN": "k", name: None})

        with pytest.raises(SettingsError, match=rf"^set {name}$"):
            personal_data.sealed_keys()

    def test_are_base64(self, put: Put) -> None:
        put(HOUSLER_SEALED_KEYS="шифр", HOUSLER_KMS_KEY_ARN="k")

        with pytest.raises(SettingsError, match=r"^HOUSLER_SEALED_KEYS must hold base64$"):
            personal_data.sealed_keys()


class TestOpenedKeys:
    def test_are_written_as_in_the_environment(self) -> None:
        plaintext = json.dumps({"ring": written(a=RING), "index": written(b=INDEX)}).encode()

        assert personal_data.opened_keys(plaintext) == PersonalDataKeys(
            NamedKeys("a", {"a": RING}), NamedKeys("b", {"b": INDEX})
        )

    @pytest.mark.parametrize(
        "plaintext",
        [
            b"",
            b"\xff\xfe",
            b"[]",
            b'"ring"',
            b'{"ring": {}}',
            json.dumps({"ring": written(a=RING), "index": None}).encode(),
            json.dumps({"ring": written(a=RING), "index": written(b=b"x" * 32)}).encode(),
        ],
    )
    def test_are_nothing_else(self, plaintext: bytes) -> None:
        with pytest.raises(SettingsError, match=r"^HOUSLER_SEALED_KEYS must ") as caught:
            personal_data.opened_keys(plaintext)

        assert b64encode(RING).decode() not in str(caught.value)
