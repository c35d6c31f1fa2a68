"""What the control APIs of both banks have in common: faults, the clock, and the requests that came."""

import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Protocol

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response as Answer

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.faults import ANY_OPERATION, Fault, FaultKind, FaultSwitches
from localstack.standins.common.page import control_fields, control_reply
from localstack.standins.common.store import Store

#: seconds: ten years
_MOST_SHIFTED = 10 * 365 * 86400

Fields = Mapping[str, object]


class Unclear(Exception):
    """The control API was asked for something it doesn't know."""


class Switched(Protocol):
    """What of a bank is looked at and changed here."""

    store: Store
    clock: ShiftedClock
    faults: FaultSwitches
    wake: threading.Event


def done(value: object) -> Answer:
    return control_reply(jsonify(value))


def whole(fields: Fields, name: str, default: int, *, high: int) -> int:
    """A field of the question; :raises Unclear: it isn't a whole number up to ``high``."""
    raw = str(fields.get(name, default))
    if not raw.isdecimal() or int(raw) > high:
        raise Unclear(f"{name} is a whole number up to {high}")
    return int(raw)


def add_to(control: Blueprint, bank: Switched) -> None:
    """``/faults``, ``/clock`` and ``/received``."""

    @control.route("/faults", methods=["GET", "POST", "DELETE"])
    def faults() -> Answer:
        if request.method == "DELETE":
            bank.faults.clear()
        if request.method == "POST":
            bank.faults.add(_fault(control_fields()))
        return done([asdict(fault) for fault in bank.faults.waiting()])

    @control.post("/clock")
    def clock() -> Answer:
        bank.clock.shift(whole(control_fields(), "shift_seconds", 0, high=_MOST_SHIFTED))
        bank.wake.set()
        return done({"now": bank.clock.now().isoformat(), "shift_seconds": bank.clock.shift_seconds})

    @control.get("/received")
    def received() -> Answer:
        """Every request to the API, newest first."""
        return done([dict(row) for row in bank.store.rows("SELECT * FROM received ORDER BY id DESC")])


def _fault(fields: Fields) -> Fault:
    try:
        kind = FaultKind(str(fields.get("kind")))
    except ValueError:
        raise Unclear(f"kind is one of: {', '.join(FaultKind)}") from None
    return Fault(
        kind=kind,
        operation=str(fields.get("operation") or ANY_OPERATION),
        times=whole(fields, "times", 1, high=1000),
        seconds=whole(fields, "seconds", 30, high=600),
    )
