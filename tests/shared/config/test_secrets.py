import base64
import hashlib
import json
import os
from collections.abc import Callable

import pytest

from shared.config import secrets
from shared.config.environment import SettingsError
from shared.config.keys import NamedKeys

Put = Callable[..., None]


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


GOOD = encoded(hashlib.sha256(b"a good key").digest())
WEAK = {
    "too short": encoded(hashlib.sha256(b"short").digest()[:16]),
    "too long": encoded(hashlib.sha256(b"long").digest() + b"!"),
    "of zeros": encoded(bytes(32)),
    "of one letter": encoded(b"x" * 32),
    "of few letters": encoded(b"abcdefgh" * 4),
    "typed by hand": encoded(b"correct horse battery staple 123"),
    "no base64": "change-me!",
    "in Cyrillic": "ключ",
    "empty": "=",
}
STRANGE_RINGS = [
    "no json",
    "[]",
    "null",
    '"x"',
    "{}",
    '{"active": "a"}',
    '{"active": "a", "keys": []}',
    '{"active": "a", "keys": {}}',
    json.dumps({"active": "b", "keys": {"a": GOOD}}),
    json.dumps({"active": ["a"], "keys": {"a": GOOD}}),
    json.dumps({"active": None, "keys": {"None": GOOD}}),
]


@pytest.mark.parametrize("stage", ["production", "test"])
class TestAKey:
    @pytest.mark.parametrize("value", WEAK.values(), ids=WEAK.keys())
    def test_is_32_random_bytes(self, put: Put, stage: str, value: str) -> None:
        put(HOUSLER_STAGE=stage, HOUSLER_CODE_KEY=value)

        with pytest.raises(SettingsError, match=r"^HOUSLER_CODE_KEY must hold") as caught:
            secrets.code_key()

        assert value not in str(caught.value).replace("HOUSLER_CODE_KEY must hold", "") or value == "="
        assert caught.value.__suppress_context__ or caught.value.__context__ is None

    def test_has_no_default(self, put: Put, stage: str) -> None:
        put(HOUSLER_STAGE=stage, HOUSLER_CODE_KEY=None, HOUSLER_TOKEN_KEYS=None)

        for load, name in (
            (secrets.code_key, "HOUSLER_CODE_KEY"),
            (secrets.token_keys, "HOUSLER_TOKEN_KEYS"),
        ):
            with pytest.raises(SettingsError, match=rf"^set {name}$"):
                load()


class TestARing:
    @pytest.mark.parametrize("value", STRANGE_RINGS)
    def test_is_an_active_name_and_keys(self, put: Put, value: str) -> None:
        put(HOUSLER_TOKEN_KEYS=value)

        with pytest.raises(SettingsError, match=r"^HOUSLER_TOKEN_KEYS ") as caught:
            secrets.token_keys()

        assert GOOD not in str(caught.value)

    @pytest.mark.parametrize("weak", WEAK.values(), ids=WEAK.keys())
    def test_holds_no_weak_key_beside_a_good_one(self, put: Put, weak: str) -> None:
        put(HOUSLER_TOKEN_KEYS=json.dumps({"active": "a", "keys": {"a": GOOD, "old": weak}}))

        with pytest.raises(SettingsError, match=r"^HOUSLER_TOKEN_KEYS must hold"):
            secrets.token_keys()

    def test_reads_every_key(self, put: Put) -> None:
        old, new = os.urandom(32), os.urandom(32)
        put(
            HOUSLER_TOKEN_KEYS=json.dumps(
                {"active": "new", "keys": {"new": encoded(new), "old": encoded(old)}}
            )
        )

        assert secrets.token_keys() == NamedKeys("new", {"new": new, "old": old})

    def test_shows_no_key(self, put: Put) -> None:
        key = os.urandom(32)
        put(HOUSLER_TOKEN_KEYS=json.dumps({"active": "a", "keys": {"a": encoded(key)}}))

        shown = repr(secrets.token_keys())
        assert repr(key) not in shown
        assert "'a'" in shown
