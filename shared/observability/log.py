"""JSON log lines on standard output, with the request's id and nothing personal.

Only named fields are written; text in them is masked where it looks like a phone, an address, a number that
could be an INN, an account or a passport, or a token. Values under telling names are dropped altogether.
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
_MASKS: Final = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "‹e-mail›"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+"), "‹token›"),
    (re.compile(r"(?<![0-9a-fA-F-])\+?\d[\d ()-]{8,}\d(?![0-9a-fA-F-])"), "‹number›"),
)


def masked(text: str) -> str:
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


def _safe(name: str, value: LogValue) -> LogValue:
    if _SECRET_NAMES.search(name) and name not in _ALLOWED_NAMES:
        return "‹hidden›"
    return masked(value) if isinstance(value, str) else value


def write(event: str, *, level: str = "info", **fields: LogValue) -> None:
    line: dict[str, LogValue] = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "event": event,
        "request_id": request_id.get(),
    }
    line.update({name: _safe(name, value) for name, value in fields.items()})
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
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
