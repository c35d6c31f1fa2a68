"""What every function behind the gateway has in common: one Chalice app, one route, one log line, problem+json.

No database and no pydantic here: webhook functions build on this alone.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from chalice.app import Chalice, Request, Response

from shared.config import web
from shared.http import problem
from shared.kernel.errors import DomainError, Unauthenticated
from shared.observability import log

PREFIX: Final = "/api/v1"
_REQUEST_ID_LENGTH: Final = 64
_SAFE_HEADERS: Final = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}

Headers = dict[str, str | list[str]]

type_json: Final = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Who called, as evidence: the peer's address from the gateway, never from the sender's headers."""

    ip: str
    user_agent: str
    request_id: str


@dataclass(frozen=True, slots=True)
class RawRequest:
    body: bytes
    headers: dict[str, str]  # names in lower case
    query: dict[str, str]
    path_values: dict[str, str]
    facts: RequestFacts


class Edge(Chalice):
    """A Chalice app with exactly one route, callable with a REST (payload v1) event."""

    def __init__(self, module_name: str) -> None:
        super().__init__(app_name=module_name)
        self.function_name = module_name.removeprefix("functions.").removesuffix(".handler")

    def serve(self, method: str, path: str, answer: Callable[[RawRequest], Response]) -> None:
        """Register the one route; ``answer`` may raise a ``DomainError``."""

        def view(**path_values: str) -> Response:
            request = _raw_request(self.current_request, path_values)
            return self._guarded(method, path, request, answer)

        self.route(PREFIX + path, methods=[method], content_types=["application/json", "*/*"])(view)

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        log.request_id.set(_request_id(event))
        reply: dict[str, Any] = super().__call__(event, context)
        kind = str(reply["headers"].get("Content-Type", ""))
        if reply["statusCode"] >= HTTPStatus.BAD_REQUEST and not kind.startswith("application/problem+json"):
            return _foreign_refusal(reply, event)
        return reply

    def _guarded(
        self, method: str, path: str, request: RawRequest, answer: Callable[[RawRequest], Response]
    ) -> Response:
        started = time.perf_counter()
        error_code: str | None = None
        try:
            response = answer(request)
        except DomainError as error:
            error_code = error.code
            response = _refusal(error, request)
        except Exception as error:  # noqa: BLE001 -- the outermost frame: whatever it is, the caller gets problem+json
            error_code = "internal"
            log.surprise("unexpected", error)
            body = problem.surprise_body(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "internal",
                "Что-то пошло не так на нашей стороне. Попробуйте ещё раз позже.",
                instance=request.facts.request_id,
            )
            response = Response(
                body, {"Content-Type": problem.CONTENT_TYPE}, HTTPStatus.INTERNAL_SERVER_ERROR
            )
        response.headers.update({**_SAFE_HEADERS, "X-Request-Id": request.facts.request_id, **_cors(request)})
        log.write(
            "request",
            function_name=self.function_name,
            method=method,
            route=path,
            status=int(response.status_code),
            error_code=error_code,
            milliseconds=round((time.perf_counter() - started) * 1000),
        )
        return response


def _refusal(error: DomainError, request: RawRequest) -> Response:
    headers: Headers = {"Content-Type": problem.CONTENT_TYPE}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    body = problem.body_of(error, instance=request.facts.request_id)
    return Response(body, headers, problem.status_of(error))


def _cors(request: RawRequest) -> dict[str, str]:
    origin = request.headers.get("origin")
    if origin is None or origin not in web.load().cors_origins:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


def _request_id(event: dict[str, Any]) -> str:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    offered = str(headers.get("x-request-id", ""))
    if 0 < len(offered) <= _REQUEST_ID_LENGTH and offered.replace("-", "").isalnum() and offered.isascii():
        return offered
    return str(uuid4())


def _raw_request(request: Request | None, path_values: dict[str, str]) -> RawRequest:
    if request is None:
        raise TypeError("a view runs inside a request")
    headers = {str(name).lower(): str(value) for name, value in request.headers.items()}
    query = {str(name): str(value) for name, value in (request.query_params or {}).items()}
    identity = request.context.get("identity", {})
    facts = RequestFacts(
        ip=str(identity.get("sourceIp", "")),
        user_agent=headers.get("user-agent", "")[:512],
        request_id=log.request_id.get(),
    )
    return RawRequest(_bytes(request.raw_body), headers, query, path_values, facts)


def _bytes(body: str | bytes | None) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _foreign_refusal(reply: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Chalice's own refusals (no such route, method or media type), said in our way."""
    status = HTTPStatus(reply["statusCode"])
    body = problem.surprise_body(
        status, "refused_by_router", "Такой запрос здесь не обслуживается.", instance=_request_id(event)
    )
    headers = {**reply["headers"], **_SAFE_HEADERS, "Content-Type": problem.CONTENT_TYPE}
    log.write("request", level="warning", status=int(status), error_code="refused_by_router")
    return {**reply, "headers": headers, "body": body}
