"""Stand-ins of SMS.RU and of a mail server, with the product's settings pointed at them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.config import email as email_settings
from shared.config import sms as sms_settings
from tests.adapters.outside_standin import Running, running

_SMSRU_ID = "00000000-0000-0000-0000-00000000000B"
_CODE = re.compile(r"\b\d{6}\b")


class Outbox:
    """What a stand-in has sent to an address, newest first."""

    def __init__(self, standin: Running, what: str, by: str) -> None:
        self.standin = standin
        self._what = what
        self._by = by

    def messages(self, address: str) -> list[Any]:
        found: list[Any] = self.standin.get(self._what, **{self._by: address})
        return found

    def code(self, address: str) -> str:
        """The newest code sent to the address."""
        found = _CODE.search(self.messages(address)[0]["text"])
        assert found is not None
        return found[0]

    def is_quiet(self, address: str) -> bool:
        return not self.messages(address)


@contextmanager
def smsru_process(folder: Path) -> Iterator[Running]:
    with running("smsru", folder, {"SMSRU_API_ID": _SMSRU_ID}) as started:
        yield started


@contextmanager
def smtp_process(folder: Path) -> Iterator[Running]:
    with running("smtp", folder, {}, "--control-port", "0") as started:
        yield started


@contextmanager
def texting_through(standin: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    standin.delete("faults")
    monkeypatch.setenv("SMSRU_URL", standin.url)
    monkeypatch.setenv("SMSRU_API_ID", _SMSRU_ID)
    monkeypatch.setenv("SMSRU_TIMEOUT_SECONDS", "2")
    sms_settings.load.cache_clear()
    yield Outbox(standin, "messages", "phone")
    sms_settings.load.cache_clear()


@contextmanager
def mailing_through(standin: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    standin.delete("faults")
    monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", str(standin.ports[0]))
    monkeypatch.setenv("SMTP_SECURITY", "none")
    monkeypatch.setenv("SMTP_SENDER", "no-reply@housler.example")
    monkeypatch.setenv("SMTP_TIMEOUT_SECONDS", "2")
    email_settings.load.cache_clear()
    yield Outbox(standin, "letters", "to")
    email_settings.load.cache_clear()
