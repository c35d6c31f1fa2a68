"""Switches that spoil the next letter: at the log-in, its sender, its recipient or its data."""

import re
import threading
from dataclasses import dataclass
from enum import StrEnum

REPLY = re.compile(r"[245]\d\d [ -~]{1,200}")


class Stage(StrEnum):
    LOG_IN = "auth"  # a client may try its other ways of logging in: each is a fault of its own
    SENDER = "mail"
    RECIPIENT = "rcpt"
    DATA = "data"


class MailFaultKind(StrEnum):
    REPLY = "reply"  # answer with ``reply``; the letter isn't kept
    DROP = "drop"  # break the connection; at the data stage the letter is kept
    HANG = "hang"  # keep the letter, then be silent for ``seconds``; the data stage only


@dataclass(frozen=True, slots=True)
class MailFault:
    stage: Stage
    kind: MailFaultKind
    reply: str = ""
    seconds: int = 30

    def __post_init__(self) -> None:
        if self.kind is MailFaultKind.REPLY and not REPLY.fullmatch(self.reply):
            raise ValueError("a reply is a code, a space and ASCII text")
        if self.kind is MailFaultKind.DROP and self.stage in {Stage.LOG_IN, Stage.SENDER}:
            raise ValueError("only the recipient and the data break")
        if self.kind is MailFaultKind.HANG and self.stage is not Stage.DATA:
            raise ValueError("only the data stage hangs")


class MailFaults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[MailFault] = []

    def add(self, fault: MailFault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[MailFault]:
        with self._lock:
            return list(self._waiting)

    def take(self, stage: Stage) -> MailFault | None:
        """The oldest fault for this stage, which is then spent."""
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.stage is stage:
                    del self._waiting[place]
                    return fault
        return None
