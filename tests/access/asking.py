"""Asking any operation in a way that it would take: its own example, with the world's ids in it."""

import importlib
from typing import Any, Final

from infra import openapi
from infra.discovery import ROOT
from shared.http.caller import Access
from shared.http.function import HttpFunction, Operation
from tests.access.world import Relation, World
from tests.functions.conftest import Answer, Signed, call_function

#: What an operation needs in its query.
QUERIES: Final = {"users.search": {"phone": "+79161234567"}}


def names() -> list[str]:
    """``area.leaf`` of every function that answers HTTP for people; cheap, since tests are collected by it."""
    handlers = sorted((ROOT / "functions").glob("*/*/handler.py"))
    return [
        f"{path.parts[-3]}.{path.parts[-2]}"
        for path in handlers
        if "HttpFunction(__name__)" in path.read_text()
    ]


def function(name: str) -> HttpFunction:
    app = importlib.import_module(f"functions.{name}.handler").app
    assert isinstance(app, HttpFunction)
    return app


def is_public(operation: Operation) -> bool:
    return isinstance(operation.access, Access)


def parameters(operation: Operation) -> tuple[str, ...]:
    return tuple(part[1:-1] for part in operation.path.split("/") if part.startswith("{"))


def names_an_object(operation: Operation, world: World) -> bool:
    """Whether the request names something that may be somebody else's, in its path or in its body."""
    body = _example(operation)
    in_path = [name for name in parameters(operation) if name not in world.words]
    return bool(in_path) or (isinstance(body, dict) and "deal_id" in body)


def ask(
    name: str, app: HttpFunction, caller: Signed | None, world: World, relation: Relation = Relation.OWN
) -> Answer | None:
    """The answer about an object of that relation; None where nothing can have it."""
    operation = app.operation
    values: dict[str, Any] | None = {}
    if parameters(operation):
        values = world.values(parameters(operation), relation)
    if values is None:
        return None
    return call_function(
        app,
        as_=caller,
        body=_body(operation, world, relation),
        headers={"If-Match": '"1"'},
        query=QUERIES.get(name),
        **values,
    )


def _body(operation: Operation, world: World, relation: Relation) -> object:
    body = _example(operation)
    if isinstance(body, dict) and "deal_id" in body:
        return {**body, **world.objects["deal_id"][relation]}
    if isinstance(body, dict) and "agent_phone" in body:
        return {**body, "agent_phone": world.free_agent.phone}
    return body


def _example(operation: Operation) -> Any:
    model = openapi.body_model(operation)
    return None if model is None else openapi.example(model)
