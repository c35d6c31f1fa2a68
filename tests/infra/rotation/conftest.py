import json
import os
from base64 import b64encode
from collections.abc import Callable

import pytest

from tests import settings

KEYS = {name: b64encode(os.urandom(32)).decode() for name in ("old", "new")}
Use = Callable[..., None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Both sets of keys become these; the first is active: ``use("new", "old")``."""

    def set_keys(*names: str) -> None:
        written = json.dumps({"active": names[0], "keys": {name: KEYS[name] for name in names}})
        for variable in ("HOUSLER_KEY_RING", "HOUSLER_INDEX_KEYS"):
            monkeypatch.setenv(variable, written)
        settings.forget()

    return set_keys
