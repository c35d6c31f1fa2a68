"""What OpenAPI tells is true: whatever is asked, by whomever, no answer is undocumented and none is a 5xx.

Schemathesis makes the requests from docs/openapi.yaml, right ones and wrong ones; every other one names an object of
the world in place of an invented id.
"""

import importlib
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import count
from typing import Any, Final

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra.gateway import Gateway
from infra.render import OPENAPI
from shared.http.edge import PREFIX
from shared.kernel.roles import Role
from tests.functions.access.objects import Objects
from tests.functions.access.world import Relation, World
from tests.functions.conftest import Signed

_METHODS: Final = {"get", "post", "patch", "put", "delete"}
_CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_EXAMPLES: Final = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 3}
_SPEC: Final = "/openapi.json"


@cache
def described() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(OPENAPI.read_text("utf-8"), yaml.CSafeLoader)
    return found


def operations() -> Iterator[tuple[str, str]]:
    for path, methods in described()["paths"].items():
        for method in methods:
            if method in _METHODS:
                yield path, method


class Server:
    """One function behind the gateway, and the description; each request comes from another address."""

    def __init__(self, path: str, method: str) -> None:
        name = described()["paths"][path][method]["operationId"].replace("_", ".", 1)
        app = importlib.import_module(f"functions.{name}.handler").app
        self._gateway = Gateway([(method.upper(), path.removeprefix(PREFIX), app)])
        self._peers = count(1)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == _SPEC:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(described()).encode()]
        number = next(self._peers)
        return self._gateway(
            {**environ, "REMOTE_ADDR": f"192.0.{number // 250}.{number % 250}"}, start_response
        )


@pytest.mark.parametrize(("path", "method"), list(operations()), ids=lambda part: part.removeprefix(PREFIX))
@pytest.mark.usefixtures("outside")
def test_every_answer_is_documented(path: str, method: str, world: World, objects: Objects) -> None:
    schema = schemathesis.openapi.from_wsgi(_SPEC, Server(path, method))
    operation = schema[path][method.upper()]
    names = tuple(part[1:-1] for part in path.split("/") if part.startswith("{"))

    roles = (None,) if "webhooks" in described()["paths"][path][method]["tags"] else (None, *Role)

    for mode in _EXAMPLES:
        for role in roles:
            values = (
                {relation: objects.values(names, relation, role) for relation in Relation} if names else {}
            )
            _hold(operation, mode, None if role is None else world.callers[role], values)


def _hold(
    operation: Any,
    mode: GenerationMode,
    caller: Signed | None,
    values: dict[Relation, dict[str, str] | None],
) -> None:
    headers = {} if caller is None else {"Authorization": f"Bearer {caller.access_token}"}

    @settings(
        max_examples=_EXAMPLES[mode],
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), relation=st.sampled_from([None, *Relation]))
    def answers_as_described(case: Any, relation: Relation | None) -> None:
        if relation is not None and values.get(relation):
            case.path_parameters = {**(case.path_parameters or {}), **(values[relation] or {})}
        case.validate_response(case.call(headers=headers), checks=_CHECKS)

    with suppress(
        *([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])
    ):  # where nothing is sent, nothing is wrong
        answers_as_described()
