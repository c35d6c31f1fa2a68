"""``HttpFunction``: one function, one endpoint; a view names what it needs and gets just that.

A view's parameters: ``body``, ``query`` (pydantic models), ``caller`` (Principal), ``session`` or
``transactions``, ``now`` (aware UTC), ``facts`` (RequestFacts), ``refresh_cookie``, ``key`` (the Idempotency-Key), ``if_match``, and the
path's own. One request is one transaction; a view that calls the outside world asks for ``transactions`` instead.
"""

import inspect
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeVar

from chalice.app import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from shared.access.rights import Right
from shared.db.session import Transactions, reading
from shared.events.announce import NO_QUEUES, Queues, announce
from shared.http import caller as callers
from shared.http import cookies, inputs, limits, replay
from shared.http.caller import Access, Principal
from shared.http.edge import Edge, RawRequest
from shared.http.limits import PER_PEER, Limit
from shared.http.reply import rendered
from shared.kernel.clock import utc_now
from shared.kernel.errors import DomainError
from shared.security.access_tokens import AccessClaims

View = TypeVar("View", bound=Callable[..., Any])
Repeats = Literal["required", "optional", "none"]

_SAFE_METHODS: Final = {"GET", "HEAD"}


class Gate(Protocol):
    """See ``shared.http.step_up``: only functions that need it pay for its import."""

    def __call__(
        self, session: Session, caller: Principal, request: RawRequest, path: str, now: datetime
    ) -> None: ...


class Operation(NamedTuple):
    """What the generators of OpenAPI, template and access matrix read."""

    method: str
    path: str
    access: Access | Right
    status: int
    repeats: Repeats
    open_to_incomplete: bool
    open_to_blocked: bool
    open_to_pending: bool
    limit: Limit | None
    step_up: Gate | None
    writes: bool
    announces: Queues
    view: Callable[..., Any]
    parameters: dict[str, Any]  # name -> annotation
    answer: Any  # the view's return annotation

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def changes(self) -> bool:
        return self.method not in _SAFE_METHODS

    @property
    def reads_only(self) -> bool:
        return not self.writes and self.limit is None and "transactions" not in self.parameters


class HttpFunction(Edge):
    operation: Operation

    def endpoint(
        self,
        method: str,
        path: str,
        *,
        access: Access | Right,
        status: int = HTTPStatus.OK,
        repeats: Repeats | None = None,
        open_to_incomplete: bool = False,
        open_to_blocked: bool | None = None,
        open_to_pending: bool | None = None,
        limit: Limit | None = None,
        step_up: Gate | None = None,
        writes: bool | None = None,
        announces: Queues = NO_QUEUES,
    ) -> Callable[[View], View]:
        """Serve ``path`` by the decorated view.

        :param open_to_blocked: by default where nothing changes
        :param open_to_pending: whether the admin of an organization that isn't active gets here; by default likewise
        :param limit: by default ``PER_PEER`` where everybody may call
        :param step_up: a code to the phone must have confirmed this very request (``X-Step-Up``)
        :param writes: by default where something changes; a GET that writes says so, the others can't
        :param announces: the queues to tell of outbox messages at once, after the commit
        :param repeats: whether an ``Idempotency-Key`` is required; by default optional where something changes
        """

        def register(view: View) -> View:
            signature, safe = inspect.signature(view), method in _SAFE_METHODS
            self.operation = Operation(
                method,
                path,
                access,
                status,
                repeats or ("none" if safe or access is callers.PUBLIC else "optional"),
                open_to_incomplete,
                safe if open_to_blocked is None else open_to_blocked,
                safe if open_to_pending is None else open_to_pending,
                PER_PEER if limit is None and access is callers.PUBLIC else limit,
                step_up,
                not safe if writes is None else writes,
                announces,
                view,
                {name: each.annotation for name, each in signature.parameters.items()},
                signature.return_annotation,
            )
            self.serve(method, path, lambda request: answer(self.operation, request))
            return view

        return register


def answer(operation: Operation, request: RawRequest) -> Response:
    """Run one request; the answer is built inside its transaction and leaves after the commit.

    A stranger is refused before his input is looked at, and bad input before a connection is taken.
    """
    now = utc_now()
    claims = None
    if not isinstance(operation.access, Access):
        claims = callers.claims_of(request, changes=operation.changes, now=now)
    given = _plain_arguments(operation, request, now)
    transactions = Transactions()
    if operation.limit is not None:
        caller_id = None if claims is None else claims.user_id
        limits.take(
            transactions, operation.limit, request, operation=operation.name, caller_id=caller_id, now=now
        )
    if operation.reads_only:
        with reading() as session:
            return _in_one_transaction(operation, request, given, claims, session)
    if "transactions" in operation.parameters:
        response = _in_own_transactions(operation, request, given, claims, transactions)
    else:
        with transactions() as session:
            response = _in_one_transaction(operation, request, given, claims, session)
    announce(transactions.committed, operation.announces)
    return response


def _in_one_transaction(
    operation: Operation,
    request: RawRequest,
    given: dict[str, Any],
    claims: AccessClaims | None,
    session: Session,
) -> Response:
    principal = _principal(operation, request, claims, session, given["now"])
    record = replay.begin(session, operation, request, principal, now=given["now"])
    if record.answer is not None:
        return record.answer
    try:
        _pass_gate(operation, request, principal, session, given["now"])
        response = _call(operation, {**given, "caller": principal, "session": session})
    except DomainError as refusal:
        if refusal.keeps_work:  # what stays must not hold the key
            replay.release(session, record)
        raise
    replay.finish(session, record, response)
    return response


def _in_own_transactions(
    operation: Operation,
    request: RawRequest,
    given: dict[str, Any],
    claims: AccessClaims | None,
    transactions: Transactions,
) -> Response:
    with transactions() as session:
        principal = _principal(operation, request, claims, session, given["now"])
        record = replay.begin(session, operation, request, principal, now=given["now"], lease=True)
    if record.answer is not None:
        return record.answer
    try:
        if operation.step_up is not None:
            with transactions() as session:
                _pass_gate(operation, request, principal, session, given["now"])
        response = _call(operation, {**given, "caller": principal, "transactions": transactions})
    except DomainError:
        with transactions() as session:
            replay.release(session, record)
        raise
    with transactions() as session:
        replay.finish(session, record, response)
    return response


def _principal(
    operation: Operation,
    request: RawRequest,
    claims: AccessClaims | None,
    session: Session,
    now: datetime,
) -> Principal | None:
    if claims is None or isinstance(operation.access, Access):
        return None
    return callers.identify(
        session,
        request,
        claims,
        access=operation.access,
        open_to_incomplete=operation.open_to_incomplete,
        open_to_blocked=operation.open_to_blocked,
        open_to_pending=operation.open_to_pending,
        now=now,
    )


def _pass_gate(
    operation: Operation, request: RawRequest, caller: Principal | None, session: Session, now: datetime
) -> None:
    if operation.step_up is not None and caller is not None:
        path = operation.path.format(**request.path_values)
        operation.step_up(session, caller, request, path, now)


def _plain_arguments(operation: Operation, request: RawRequest, now: datetime) -> dict[str, Any]:
    """What needs no database."""
    given: dict[str, Any] = {"now": now, "facts": request.facts}
    wanted = operation.parameters
    for name, raw in request.path_values.items():
        given[name] = inputs.path_value(raw, wanted[name])
    if "body" in wanted:
        given["body"] = inputs.body_of(request, _model(wanted["body"]))
    query = inputs.query_of(request, _model(wanted.get("query", inputs.NoQuery)))
    if "query" in wanted:
        given["query"] = query
    if "refresh_cookie" in wanted:
        cookies.require_own_origin(request)
        given["refresh_cookie"] = cookies.value_of(request, cookies.REFRESH)
    given["key"] = replay.key_of(operation, request)
    given["if_match"] = request.headers.get("if-match")
    return given


def _model(annotation: object) -> type[BaseModel]:
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        raise TypeError("body and query are pydantic models")
    return annotation


def _call(operation: Operation, available: dict[str, Any]) -> Response:
    arguments = {name: available[name] for name in operation.parameters}
    return rendered(operation.view(**arguments), status=operation.status)
