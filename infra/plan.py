"""The stack as data: for each function its size, rights, layers and settings; for each queue its patience."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from infra import grants
from infra.discovery import ROOT, Function, Kind, camel, functions
from infra.grants import Grants
from shared.events.queue import QueueOperation

_VISIBILITY_FACTOR: Final = 6  # AWS's advice for event source mappings
_DAY_SECONDS: Final = 86_400
_DEFAULT_RECEIVES: Final = 5
BUILD: Final = ".housler/build"


class PlanError(Exception):
    """The functions can't be deployed together as they stand."""


@dataclass(frozen=True, slots=True)
class PlannedFunction:
    function: Function
    grants: Grants
    memory_mb: int
    timeout_seconds: int
    concurrency: int
    layers: tuple[str, ...]

    @property
    def code_path(self) -> str:
        """Where ``infra.artifacts`` stages it, relative to the repository."""
        return f"{BUILD}/functions/{self.function.name}"


@dataclass(frozen=True, slots=True)
class PlannedQueue:
    name: str
    visibility_seconds: int
    retention_seconds: int
    max_receives: int

    @property
    def logical_id(self) -> str:
        return camel(self.name)

    @property
    def deployed_name(self) -> str:
        return self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Plan:
    functions: tuple[PlannedFunction, ...]
    queues: tuple[PlannedQueue, ...]
    max_resources: int

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(sorted({each.function.area for each in self.functions}))

    @property
    def settings(self) -> tuple[grants.Setting, ...]:
        """What a person sets for the stack, by name."""
        required: dict[str, bool] = {}
        for planned in self.functions:
            for each in planned.grants.settings:
                if each.name not in grants.FROM_RESOURCES:
                    required[each.name] = required.get(each.name, False) or each.required
        return tuple(grants.Setting(name, must) for name, must in sorted(required.items()))


@cache
def figures() -> dict[str, Any]:
    return tomllib.loads((ROOT / "infra/functions.toml").read_text("utf-8"))


@cache
def plan() -> Plan:
    """:raises PlanError: too many connections, a queue nobody declared or everybody consumes"""
    planned = tuple(_planned(each) for each in functions())
    check_connections(planned)
    return Plan(planned, _queues(planned), figures()["stack"]["max_resources"])


def _planned(function: Function) -> PlannedFunction:
    own = figures()["functions"].get(function.name, {})
    of_area = figures()["areas"].get(function.area, {})
    size = {**figures()["kinds"][function.kind.value], **of_area, **own}
    return PlannedFunction(
        function,
        grants.of(function, ROOT),
        size["memory_mb"],
        size["timeout_seconds"],
        size["concurrency"],
        ("domain", "runtime", *own.get("layers", ())),
    )


def check_connections(planned: tuple[PlannedFunction, ...]) -> None:
    """Every warm database function holds one connection, so the sum of their concurrency is bounded.

    :raises PlanError: the sum is over what the server has to give
    """
    database = figures()["database"]
    available = database["max_connections"] - database["kept_back"]
    wanted = sum(each.concurrency for each in planned if each.grants.database)
    if wanted > available:
        raise PlanError(f"functions may hold {wanted} connections, the database gives {available}")


def _queues(planned: tuple[PlannedFunction, ...]) -> tuple[PlannedQueue, ...]:
    declared: dict[str, Any] = figures()["queues"]
    consumers = [each for each in planned if each.function.kind is Kind.QUEUE]
    names = [str(each.grants.receives_from) for each in consumers]
    if len(names) != len(set(names)) or set(names) - declared.keys():
        raise PlanError(f"queues {sorted(declared)} have one consumer each, not {sorted(names)}")
    by_name = dict(zip(names, consumers, strict=True))
    return tuple(_queue(name, each, by_name.get(name)) for name, each in declared.items())


def _queue(name: str, figures_of_queue: dict[str, Any], consumer: PlannedFunction | None) -> PlannedQueue:
    operation = consumer.function.operation if consumer else None
    timeout = consumer.timeout_seconds if consumer else figures()["kinds"]["queue"]["timeout_seconds"]
    return PlannedQueue(
        name,
        visibility_seconds=_VISIBILITY_FACTOR * timeout,
        retention_seconds=figures_of_queue["retention_days"] * _DAY_SECONDS,
        max_receives=operation.max_receives if isinstance(operation, QueueOperation) else _DEFAULT_RECEIVES,
    )
