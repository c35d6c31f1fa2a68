"""Asking any operation in a way that it would take: its own example, with the world's ids in it."""

import importlib
from dataclasses import dataclass
from typing import Any, Final

from infra import openapi
from infra.discovery import ROOT
from shared.http.caller import Access
from shared.http.function import HttpFunction, Operation
from shared.http.step_up import StepUp
from shared.kernel.roles import Role
from tests.builders.step_up import confirmed
from tests.functions.access.objects import WORDS, Objects
from tests.functions.access.world import Relation, World
from tests.functions.conftest import Answer, call_function

#: What an operation needs in its query.
QUERIES: Final = {
    "users.search": {"phone": "+79161234567"},
    "users.me_erase": {"confirm": "УДАЛИТЬ"},
    "operator.ledger_statement": {"account": "client_bank"},
    "operator.ledger_accounts": {"kind": "client_bank"},
}
#: Where the person in the path is one who signs.
_SIGNERS: Final = {"/operator/organizations/{organization_id}/signers/{user_id}/check"}


def names() -> list[str]:
    """``area.leaf`` of every function that answers HTTP for people; cheap, since tests are collected by it."""
    handlers = sorted((ROOT / "functions").glob("*/*/handler.py"))
    return [
        f"{path.parts[-3]}.{path.parts[-2]}"
        for path in handlers
        if "HttpFunction(__name__)" in path.read_text()
    ]


def is_public(operation: Operation) -> bool:
    return isinstance(operation.access, Access)


def parameters(operation: Operation) -> tuple[str, ...]:
    return tuple(part[1:-1] for part in operation.path.split("/") if part.startswith("{"))


@dataclass(frozen=True)
class Asker:
    """One operation, asked by one role (None: a stranger)."""

    name: str
    world: World
    objects: Objects
    role: Role | None

    @property
    def app(self) -> HttpFunction:
        app = importlib.import_module(f"functions.{self.name}.handler").app
        assert isinstance(app, HttpFunction)
        return app

    @property
    def names_an_object(self) -> bool:
        """Whether the request names something that may be somebody else's, in its path or in its body."""
        body = self._example()
        in_path = [name for name in parameters(self.app.operation) if name not in WORDS]
        return bool(in_path) or (isinstance(body, dict) and "deal_id" in body)

    def ask(self, relation: Relation = Relation.OWN) -> Answer | None:
        """The answer about an object of that relation; None where nothing can have it."""
        app = self.app
        values: dict[str, Any] | None = {}
        if parameters(app.operation):
            values = self.objects.values(parameters(app.operation), relation, self.role)
            if relation is Relation.SAME_AGENCY and app.operation.path in _SIGNERS:
                return None
            if relation is Relation.SAME_AGENCY and values == self.objects.values(
                parameters(app.operation), Relation.OWN, self.role
            ):
                return None
            if (
                values is not None
                and app.operation.path in _SIGNERS
                and relation in {Relation.OWN, Relation.FOREIGN}
            ):
                values = {**values, "user_id": str(self.world.signer_of(values["organization_id"]))}
        body = self._body(relation)
        if values is None or (body is None and self._example() is not None):
            return None
        headers = {"If-Match": '"1"', **self._confirmation(values, body)}
        caller = None if self.role is None else self.world.callers[self.role]
        return call_function(
            app, as_=caller, body=body, headers=headers, query=QUERIES.get(self.name), **values
        )

    def _confirmation(self, values: dict[str, Any], body: object) -> dict[str, str]:
        """By phone, where the operation asks for one: it is not what is tested here."""
        operation = self.app.operation
        if self.role is None or not isinstance(operation.step_up, StepUp):
            return {}
        path = operation.path.format(**values)
        return confirmed(self.world.callers[self.role], operation.step_up.action, path, body)

    def _body(self, relation: Relation) -> object:
        body = self._example()
        if isinstance(body, dict) and "deal_id" in body:
            deal = self.objects.common["deal_id"].get(relation)
            return None if deal is None else {**body, **deal}
        if isinstance(body, dict) and "agent_phone" in body:
            return {**body, "agent_phone": self.world.free_agent.phone}
        if isinstance(body, dict) and "user_id" in body:
            newcomer = self.name == "organizations.members_add"
            own = self.world.free_agent if newcomer else self.world.cases[Relation.OWN].agent
            return {**body, "user_id": str(own.id)}
        return body

    def _example(self) -> Any:
        model = openapi.body_model(self.app.operation)
        return None if model is None else openapi.example(model)
