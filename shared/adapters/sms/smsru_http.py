"""One request to SMS.RU: a form goes out, a status and a body come back; what each failure means is the caller's."""

import json
import re
import ssl
from collections.abc import Mapping
from decimal import Decimal
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from shared.config.sms import SmsSettings

_ANSWER_LIMIT_BYTES: Final = 64 * 1024
_WORD: Final = re.compile(r"[\w.\-]{1,64}", re.ASCII)
_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


class NotConnected(Exception):
    """No connection: nothing of the request has gone out."""


class NoAnswer(Exception):
    """The request may have been acted on."""


def ask(settings: SmsSettings, path: str, fields: Mapping[str, str]) -> tuple[int, bytes]:
    """POST one form with our key; (HTTP status, body), the body cut at 64 KiB.

    :raises NotConnected, NoAnswer: within the settings' time-out
    """
    form = urlencode({"api_id": settings.api_id, "json": "1", **fields}).encode("ascii")
    connection = _connection(settings)
    try:
        connection.connect()
    except OSError:
        raise NotConnected from None
    try:
        connection.request("POST", urlsplit(settings.base_url).path.rstrip("/") + path, form, _HEADERS)
        response = connection.getresponse()
        return response.status, response.read(_ANSWER_LIMIT_BYTES)
    except (OSError, HTTPException):
        raise NoAnswer from None
    finally:
        connection.close()


def fields_of(body: bytes) -> dict[str, Any] | None:
    """The answer's JSON object, its sums exact; None for anything else."""
    try:
        answer = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def text_of(value: object) -> str | None:
    """A code, an id or a number, which SMS.RU writes as a number or a string, as it likes; None for anything else."""
    said = str(value)
    return said if isinstance(value, str | int | Decimal) and _WORD.fullmatch(said) else None


def _connection(settings: SmsSettings) -> HTTPConnection:
    url, timeout = urlsplit(settings.base_url), settings.timeout_seconds
    host = url.hostname or ""
    if url.scheme == "https":
        return HTTPSConnection(host, url.port, timeout=timeout, context=ssl.create_default_context())
    return HTTPConnection(host, url.port, timeout=timeout)
