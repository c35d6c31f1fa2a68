"""Finds every function of the product and reads what it says of itself."""

import importlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from shared.events.operation import InvokedOperation, OperationFunction
from shared.events.queue import QueueFunction, QueueOperation
from shared.events.schedule import ScheduledFunction, ScheduleOperation
from shared.http.function import HttpFunction, Operation
from shared.http.webhook import WebhookFunction, WebhookOperation

ROOT: Final = Path(__file__).resolve().parents[1]

Described = Operation | WebhookOperation | QueueOperation | ScheduleOperation | InvokedOperation


class Kind(StrEnum):
    HTTP = "http"
    WEBHOOK = "webhook"
    QUEUE = "queue"
    SCHEDULE = "schedule"
    OPERATION = "operation"


_KINDS: Final = {
    HttpFunction: Kind.HTTP,
    WebhookFunction: Kind.WEBHOOK,
    QueueFunction: Kind.QUEUE,
    ScheduledFunction: Kind.SCHEDULE,
    OperationFunction: Kind.OPERATION,
}


class BadFunction(Exception):
    """A handler that can't be deployed as it stands."""


@dataclass(frozen=True, slots=True)
class Function:
    area: str
    leaf: str
    kind: Kind
    operation: Described
    summary: str  # the first line of the handler's docstring

    @property
    def name(self) -> str:
        """``deals.create``"""
        return f"{self.area}.{self.leaf}"

    @property
    def module(self) -> str:
        return f"functions.{self.name}.handler"

    @property
    def deployed_name(self) -> str:
        """What follows the stack's name in the cloud: ``deals-create``"""
        return f"{self.area}-{self.leaf}".replace("_", "-")

    @property
    def logical_id(self) -> str:
        """``DealsCreate``"""
        return camel(f"{self.area}_{self.leaf}")


def camel(snake: str) -> str:
    return "".join(word[:1].upper() + word[1:].lower() for word in snake.replace("-", "_").split("_"))


def handlers(root: Path = ROOT) -> list[Path]:
    return sorted((root / "functions").glob("*/*/handler.py"))


@cache
def functions() -> tuple[Function, ...]:
    """All functions by name.

    :raises BadFunction: a handler without an ``app`` that serves something, or without a docstring
    """
    return tuple(_described(path) for path in handlers())


def _described(path: Path) -> Function:
    area, leaf = path.parts[-3:-1]
    module = importlib.import_module(f"functions.{area}.{leaf}.handler")
    app = getattr(module, "app", None)
    kind = next((kind for base, kind in _KINDS.items() if isinstance(app, base)), None)
    operation = getattr(app, "operation", None)
    if kind is None or operation is None:
        raise BadFunction(f"functions/{area}/{leaf}: no app that serves something")
    summary = (module.__doc__ or "").strip().split("\n")[0]
    if not summary:
        raise BadFunction(f"functions/{area}/{leaf}: say in the handler's docstring what it does")
    return Function(area, leaf, kind, operation, summary)
