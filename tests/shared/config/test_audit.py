import base64
import hashlib
import json
from collections.abc import Callable

import pytest

from shared.config import audit
from shared.config.environment import SettingsError
from shared.config.keys import NamedKeys

Put = Callable[..., None]

KEY = hashlib.sha256(b"a good key").digest()


def ring(active: object, **keys: bytes) -> str:
    return json.dumps(
        {"active": active, "keys": {name: base64.b64encode(key).decode() for name, key in keys.items()}}
    )


class TestTheSealKeys:
    def test_have_no_default(self, put: Put) -> None:
        put(HOUSLER_AUDIT_KEYS=None)

        with pytest.raises(SettingsError, match=r"^set HOUSLER_AUDIT_KEYS$"):
            audit.seal_keys()

    def test_are_a_ring_whose_old_keys_stay(self, put: Put) -> None:
        put(HOUSLER_AUDIT_KEYS=ring("new", new=KEY, old=KEY[::-1]))

        assert audit.seal_keys() == NamedKeys("new", {"new": KEY, "old": KEY[::-1]})

    @pytest.mark.parametrize(
        "value",
        ["no json", "[]", ring("absent", new=KEY), ring("new", new=bytes(32)), ring("new", new=KEY[:16])],
    )
    def test_are_32_random_bytes_each_and_one_is_active(self, put: Put, value: str) -> None:
        put(HOUSLER_AUDIT_KEYS=value)

        with pytest.raises(SettingsError, match=r"^HOUSLER_AUDIT_KEYS ") as refused:
            audit.seal_keys()

        assert value not in str(refused.value)
