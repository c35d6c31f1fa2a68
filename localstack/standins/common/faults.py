"""Switches that spoil the next answers: what a client must survive, made on purpose."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from flask import Response, request

ANY_OPERATION = "any"


class FaultKind(StrEnum):
    ERROR_BEFORE = "error_before"  # HTTP 500, nothing was done
    ERROR_AFTER = "error_after"  # HTTP 500, yet it was done
    HANG_BEFORE = "hang_before"  # silence, then HTTP 500; nothing was done
    HANG_AFTER = "hang_after"  # done, then silence before the answer
    DONE_LATE = "done_late"  # silence first; done after it, when nobody listens any more
    DROP_BEFORE = "drop_before"  # the connection breaks, nothing was done
    DROP_AFTER = "drop_after"  # done, the answer is lost
    BAD_GATEWAY = "bad_gateway"  # HTTP 502 with a page, yet it was done
    ACCEPTED = "accepted"  # HTTP 202: still working on it, yet it was done
    EXTRA_FIELD = "extra_field"  # a field that nobody knows
    UNKNOWN_STATUS = "unknown_status"  # a word that nobody knows


BEFORE = {FaultKind.ERROR_BEFORE, FaultKind.HANG_BEFORE, FaultKind.DROP_BEFORE}


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    operation: str = ANY_OPERATION  # which operation it waits for
    times: int = 1
    seconds: int = 30  # how long a hang lasts


class FaultSwitches:
    """Faults wait in order; each spoils its number of matching requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        with self._lock:
            return list(self._waiting)

    def take(self, operation: str) -> Fault | None:
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.operation not in {ANY_OPERATION, operation}:
                    continue
                if fault.times > 1:
                    self._waiting[place] = replace(fault, times=fault.times - 1)
                else:
                    del self._waiting[place]
                return fault
        return None


def drop_connection() -> None:
    """Break the client's connection without an answer (works under werkzeug's server)."""
    connection = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)


def with_fault(
    fault: Fault | None, make: Callable[[], Response], broken: Callable[[int], Response]
) -> Response:
    """Answer with the fault that waited for this request, if any.

    ``make`` does the work and answers; ``broken`` writes the provider's own error body for an HTTP status.
    Faults that change a good answer's fields are left to the caller.
    """
    if fault is None:
        return make()
    if fault.kind is FaultKind.DONE_LATE:
        time.sleep(fault.seconds)
    hangs = fault.kind in {FaultKind.HANG_BEFORE, FaultKind.HANG_AFTER}
    answer = broken(500) if fault.kind in BEFORE else make()
    if hangs:
        time.sleep(fault.seconds)
    match fault.kind:
        case FaultKind.DROP_BEFORE | FaultKind.DROP_AFTER:
            drop_connection()
            return answer
        case FaultKind.ERROR_AFTER:
            return broken(500)
        case FaultKind.ACCEPTED:
            return broken(202)
        case FaultKind.BAD_GATEWAY:
            return Response("<html><h1>502 Bad Gateway</h1></html>", 502, content_type="text/html")
        case _:
            return answer
