from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.config import auth, platform, secrets, sms, web

KEPT: tuple[Any, ...] = (
    auth.load, platform.load, sms.load, web.load, secrets.token_keys, secrets.code_key,
)  # fmt: skip


def forget() -> None:
    for load in KEPT:
        load.cache_clear()


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Set variables (None removes one) and forget what was read before."""

    def set_all(**variables: str | None) -> None:
        for name, value in variables.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        forget()

    forget()
    yield set_all
    monkeypatch.undo()
    forget()
