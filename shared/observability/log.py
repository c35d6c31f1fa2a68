"""JSON log lines on standard output, with the request's id and nothing personal.

Only named fields are written; what in them looks like a phone, an address, a number that could be an INN, an
account or a passport, or like a token, is masked. Values under telling names are dropped altogether.
"""

import json
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

LogValue = str | int | bool | None

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_SECRET_NAMES: Final = re.compile(
    r"phone|email|name|inn\b|passport|code$|password|token|secret|address|account", re.IGNORECASE
)
_ALLOWED_NAMES: Final = frozenset({"function_name", "provider_code", "error_code", "error_name"})
_SUM: Final = re.compile(r"_(kopecks|bytes|milliseconds)$")
_LONGEST_PLAIN_NUMBER: Final = 999_999_999  # an INN has ten digits
#: Tried in this order at each place; identifiers and hashes stay, since people search by them.
_MASKS: Final = re.compile(
    r"""
    (?P<kept> \b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b
            | \b(?=[0-9a-f]*[a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})\b )
    | (?P<address> [^\s@<>"']{1,64} (?:@|%40) [^\s@<>"']+ )
    | (?P<token> (?i:bearer)\s+\S+
             | eyJ[\w-]+\.[\w-]+\.[\w-]*
             | \b(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[A-Za-z0-9_-]{40,} )
    | (?P<number> \+?\d (?:[\s().\-\u2010-\u2015/]{0,3}\d){9,} )
    """,
    re.VERBOSE,
)
_REPLACEMENTS: Final = {"address": "‹e-mail›", "token": "‹token›", "number": "‹number›"}


def masked(text: str) -> str:
    return _MASKS.sub(lambda found: _REPLACEMENTS.get(str(found.lastgroup), found.group()), text)


def _safe(name: str, value: LogValue) -> LogValue:
    if _SECRET_NAMES.search(name) and name not in _ALLOWED_NAMES:
        return "‹hidden›"
    if isinstance(value, str):
        return masked(value)
    if value is not None and abs(value) > _LONGEST_PLAIN_NUMBER and not _SUM.search(name):
        return "‹number›"
    return value


def write(event: str, *, level: str = "info", **fields: LogValue) -> None:
    line: dict[str, LogValue] = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "event": event,
        "request_id": masked(request_id.get()),
    }
    line.update({name: _safe(name, value) for name, value in fields.items()})
    text = json.dumps(line, ensure_ascii=False)
    # Half a surrogate pair, which nothing can write, must not fail the call that is being logged.
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


def error(event: str, **fields: LogValue) -> None:
    write(event, level="error", **fields)


def surprise(event: str, cause: BaseException) -> None:
    """An unexpected exception: its type and where it rose, never its text (it may quote a person's data)."""
    frames = []
    trace = cause.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    error(event, error_name=type(cause).__name__, trace=" < ".join(reversed(frames[-12:])))
