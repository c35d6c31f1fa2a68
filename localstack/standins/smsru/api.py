"""SMS.RU's own addresses: HTTP 200 for every business answer, loose types, plain text unless ``json=1``."""

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, request

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.faults import FaultSwitches, with_fault
from localstack.standins.smsru.callbacks import Callbacks
from localstack.standins.smsru.codes import NOT_FOUND, QUEUED, CodeSwitches, Level, text_of
from localstack.standins.smsru.phonebook import SEGMENT_PRICE_KOPECKS, Outgoing, Phonebook, segments

PHONES_LIMIT = 100
SEGMENTS_LIMIT = 8
AHEAD_LIMIT = timedelta(days=61)
REPEAT_GUARD = timedelta(minutes=1)

_MAPPED = re.compile(r"(?:to|multi)\[(\d+)\]")
_PHONE = re.compile(r"7\d{10}")


@dataclass(frozen=True, slots=True)
class SmsRuApi:
    api_id: str
    phonebook: Phonebook
    clock: ShiftedClock
    faults: FaultSwitches
    codes: CodeSwitches
    callbacks: Callbacks

    def register(self, app: Flask) -> None:
        methods = ["GET", "POST"]
        for path, operation in (
            ("/sms/send", self.send),
            ("/sms/cost", self.cost),
            ("/sms/status", self.status),
            ("/my/balance", self.balance),
            ("/my/limit", self.limit),
            ("/auth/check", self.check),
            ("/callback/add", self.add_callback),
            ("/callback/del", self.remove_callback),
            ("/callback/get", self.list_callbacks),
        ):
            app.add_url_rule(path, path, self._guarded(path, operation), methods=methods)
        app.register_error_handler(404, lambda _error: self._failure(211))

    def _guarded(self, path: str, operation: Callable[[], Response]) -> Callable[[], Response]:
        def view() -> Response:
            return with_fault(self.faults.take(path), make, _broken)

        def make() -> Response:
            api_id = request.values.get("api_id")
            if api_id is None:
                return self._failure(301)
            if not hmac.compare_digest(api_id.encode(), self.api_id.encode()):
                return self._failure(200)
            code = self.codes.take(Level.REQUEST) if path == "/sms/send" else None
            return self._failure(code) if code is not None else operation()

        return view

    def send(self) -> Response:
        messages = _messages()
        refusal = self._refusal(messages)
        if refusal is not None:
            return self._failure(refusal)
        results: dict[str, dict[str, Any]] = {}
        for phone, text in messages.items():
            results[phone] = self._send_one(phone, text)
        lines = [str(result.get("sms_id", result["status_code"])) for result in results.values()]
        return self._success(
            {"sms": results, "balance": self._balance()}, [*lines, f"balance={self._balance()}"]
        )

    def _refusal(self, messages: dict[str, str]) -> int | None:
        moment = request.values.get("time")
        if not messages:
            return 202
        if len(messages) > PHONES_LIMIT:
            return 213
        if not all(messages.values()):
            return 203
        if any(segments(text) > SEGMENTS_LIMIT for text in messages.values()):
            return 205
        if moment is not None and not self._may_wait_until(moment):
            return 208
        return None

    def _may_wait_until(self, unix_seconds: str) -> bool:
        if not re.fullmatch(r"\d{1,11}", unix_seconds):
            return False
        return datetime.fromtimestamp(int(unix_seconds), UTC) <= self.clock.now() + AHEAD_LIMIT

    def _send_one(self, phone: str, text: str) -> dict[str, Any]:
        test = request.values.get("test") == "1"
        cost_kopecks = 0 if test else segments(text) * SEGMENT_PRICE_KOPECKS
        code = self._code_for(phone, text, cost_kopecks)
        message = Outgoing(phone, text, request.values.get("from"), request.values.get("ip"), test)
        sms_id = self.phonebook.keep(message, code, cost_kopecks if code == QUEUED else 0)
        given = {} if sms_id is None else {"sms_id": sms_id}
        if code != QUEUED:
            return {"status": "ERROR", "status_code": code, **given, "status_text": text_of(code)}
        return {"status": "OK", "status_code": code, **given, "cost": _rubles(cost_kopecks)}

    def _code_for(self, phone: str, text: str, cost_kopecks: int) -> int:
        forced = self.codes.take(Level.PHONE)
        if forced is not None:
            return forced
        if not _PHONE.fullmatch(phone):
            return 202
        if self.phonebook.said_within(phone, text, REPEAT_GUARD):
            return 231
        if self.phonebook.used_today() >= self.phonebook.day_limit():
            return 206
        return QUEUED if self.phonebook.balance_kopecks() >= cost_kopecks else 201

    def cost(self) -> Response:
        results: dict[str, dict[str, Any]] = {}
        total_kopecks = total_segments = 0
        for phone, text in _messages().items():
            if not _PHONE.fullmatch(phone):
                results[phone] = {"status": "ERROR", "status_code": 202, "status_text": text_of(202)}
                continue
            count = segments(text)
            total_segments += count
            total_kopecks += count * SEGMENT_PRICE_KOPECKS
            cost = _rubles(count * SEGMENT_PRICE_KOPECKS)
            results[phone] = {"status": "OK", "status_code": QUEUED, "cost": cost, "sms": count}
        totals = {"total_cost": _number(total_kopecks), "total_sms": total_segments}
        if not results or any(result["status"] != "OK" for result in results.values()):
            totals = {}
        return self._success({"sms": results, **totals}, [_rubles(total_kopecks), str(total_segments)])

    def status(self) -> Response:
        results: dict[str, dict[str, Any]] = {}
        for sms_id in request.values.get("sms_id", "").split(",")[:PHONES_LIMIT]:
            row = self.phonebook.status(sms_id)
            code = NOT_FOUND if row is None else self.phonebook.status_code(row)
            results[sms_id] = {
                "status": "ERROR" if row is None else "OK",
                "status_code": code,
                "status_text": text_of(code),
            }
            if row is not None:
                results[sms_id]["cost"] = _rubles(row["cost_kopecks"])
        lines = [str(result["status_code"]) for result in results.values()]
        return self._success({"sms": results, "balance": self._balance()}, lines)

    def balance(self) -> Response:
        return self._success({"balance": self._balance()}, [str(self._balance())])

    def limit(self) -> Response:
        limit, used = str(self.phonebook.day_limit()), self.phonebook.used_today()
        return self._success({"total_limit": limit, "used_today": used}, [limit, str(used)])

    def check(self) -> Response:
        return self._success({}, [])

    def add_callback(self) -> Response:
        return (
            self.list_callbacks() if self.callbacks.add(request.values.get("url", "")) else self._failure(901)
        )

    def remove_callback(self) -> Response:
        known = self.callbacks.remove(request.values.get("url", ""))
        return self.list_callbacks() if known else self._failure(902)

    def list_callbacks(self) -> Response:
        urls = self.callbacks.urls()
        return self._success({"callback": urls}, urls)

    def _balance(self) -> float:
        return _number(self.phonebook.balance_kopecks())

    def _success(self, fields: dict[str, Any], lines: list[str]) -> Response:
        return _answer({"status": "OK", "status_code": QUEUED, **fields}, [str(QUEUED), *lines])

    def _failure(self, code: int) -> Response:
        return _answer({"status": "ERROR", "status_code": code, "status_text": text_of(code)}, [str(code)])


def _messages() -> dict[str, str]:
    """Phone to text, from ``to`` and ``msg`` or from the map form."""
    mapped = {match[1]: text for name, text in request.values.items() if (match := _MAPPED.fullmatch(name))}
    if mapped:
        return mapped
    text = request.values.get("msg") or request.values.get("text") or ""
    return {phone.strip(): text for phone in request.values.get("to", "").split(",") if phone.strip()}


def _answer(fields: dict[str, Any], lines: list[str]) -> Response:
    if request.values.get("json") == "1":
        body, kind = json.dumps(fields).replace("/", "\\/"), "application/json"
    else:
        body, kind = "\n".join(lines), "text/plain"
    response = Response(body, content_type=f"{kind}; charset=utf-8")
    response.headers["Sms-Api"] = "1"
    response.headers["Cache-Control"] = "no-store"
    return response


def _rubles(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02d}"


def _number(kopecks: int) -> float:
    """SMS.RU writes balances as JSON numbers, so a client must live with them."""
    return kopecks / 100


def _broken(status: int) -> Response:
    return Response(f"<html><h1>{status}</h1></html>", status, content_type="text/html")
