"""What every function behind the gateway has in common: one Chalice app, one route, one log line, problem+json.

No database and no pydantic here: webhook functions build on this alone.
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from uuid import uuid4

from chalice.app import Chalice, MultiDict, Request, Response

from shared.config import web
from shared.http import problem
from shared.kernel.errors import DomainError, Unauthenticated
from shared.observability import log

PREFIX: Final = "/api/v1"
_REQUEST_ID: Final = "X-Request-Id"
_REQUEST_ID_LENGTH: Final = 64
_USER_AGENT_LENGTH: Final = 512
_SURPRISE: Final = ("internal", "Что-то пошло не так на нашей стороне. Попробуйте ещё раз позже.")
_SAFE_HEADERS: Final = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}

Headers = dict[str, str | list[str]]

type_json: Final = "application/json; charset=utf-8"


class RequestFacts(NamedTuple):
    """Who called, as evidence: the peer's address from the gateway, never from the sender's headers."""

    ip: str
    user_agent: str
    request_id: str
    #: the sign-in asks for cookies (``shared.http.cookies``)
    wants_cookies: bool = False


class RawRequest(NamedTuple):
    body: bytes
    headers: dict[str, str]  # names in lower case
    query: dict[str, str]  # the last value of each name
    repeated: tuple[str, ...]  # names that the query gave more than once
    path_values: dict[str, str]
    facts: RequestFacts
    #: of whatever answer this request gets; filled on the way
    answer_headers: Headers


class Edge(Chalice):
    """A Chalice app with exactly one route, callable with a REST (payload v1) event."""

    def __init__(self, module_name: str) -> None:
        super().__init__(app_name=module_name, configure_logs=False)
        self.log.disabled = True  # its lines quote exceptions, and with them people's data
        self.function_name = module_name.removeprefix("functions.").removesuffix(".handler")

    def serve(self, method: str, path: str, answer: Callable[[RawRequest], Response]) -> None:
        """Register the one route; ``answer`` may raise a ``DomainError``."""

        def view(**path_values: str) -> Response:
            return self._guarded(method, path, path_values, answer)

        self.route(PREFIX + path, methods=[method], content_types=["application/json", "*/*"])(view)

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
        log.request_id.set(_request_id(headers.get("x-request-id", "")))
        reply: dict[str, Any] = super().__call__({**event, "headers": headers}, context)
        if _REQUEST_ID not in reply["headers"]:
            reply = self._router_refusal(reply)
        reply["headers"].update({**_SAFE_HEADERS, **_cors(headers.get("origin"))})
        return reply

    def _guarded(
        self,
        method: str,
        path: str,
        path_values: dict[str, str],
        answer: Callable[[RawRequest], Response],
    ) -> Response:
        started = time.perf_counter()
        error_code: str | None
        try:
            response, error_code = _answered(self.current_request, path_values, answer)
        except Exception as error:  # noqa: BLE001 -- the outermost frame: whatever it is, the caller gets problem+json
            error_code = "internal"
            log.surprise("unexpected", error)
            response = _surprise()
        response.headers[_REQUEST_ID] = log.request_id.get()
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

    def _router_refusal(self, reply: dict[str, Any]) -> dict[str, Any]:
        """Chalice's own refusals (no such route or method, a header it won't send), said in our way."""
        status, request_id = HTTPStatus(reply["statusCode"]), log.request_id.get()
        code, detail = "refused_by_router", "Такой запрос здесь не обслуживается."
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            code, detail = _SURPRISE
        body = problem.surprise_body(status, code, detail, instance=request_id)
        headers = {**reply["headers"], "Content-Type": problem.CONTENT_TYPE, _REQUEST_ID: request_id}
        log.write(
            "request", level="warning", function_name=self.function_name, status=int(status), error_code=code
        )
        return {**reply, "headers": headers, "body": body}


def _answered(
    given: Request | None, path_values: dict[str, str], answer: Callable[[RawRequest], Response]
) -> tuple[Response, str | None]:
    """The answer or the refusal, and the refusal's code."""
    answer_headers: Headers = {}
    try:
        response, error_code = answer(_raw_request(given, path_values, answer_headers)), None
    except DomainError as error:
        response, error_code = _refusal(error), error.code
    response.headers.update(answer_headers)
    return response, error_code


def _refusal(error: DomainError) -> Response:
    headers: Headers = {"Content-Type": problem.CONTENT_TYPE}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    body = problem.body_of(error, instance=log.request_id.get())
    return Response(body, headers, problem.status_of(error))


def _surprise() -> Response:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    body = problem.surprise_body(status, *_SURPRISE, instance=log.request_id.get())
    return Response(body, {"Content-Type": problem.CONTENT_TYPE}, status)


def _cors(origin: str | None) -> dict[str, str]:
    if origin is None or origin not in web.load().cors_origins:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "ETag, Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
        "Vary": "Origin",
    }


def _request_id(offered: str) -> str:
    """The caller's own if it is a plain word in which nothing personal shows: it goes into every log line."""
    plain = offered.isascii() and offered.replace("-", "").isalnum() and len(offered) <= _REQUEST_ID_LENGTH
    return offered if plain and log.masked(offered) == offered else str(uuid4())


def _raw_request(request: Request | None, path_values: dict[str, str], answer_headers: Headers) -> RawRequest:
    if request is None:
        raise TypeError("a view runs inside a request")
    headers = {str(name).lower(): str(value) for name, value in request.headers.items()}
    given = request.query_params or MultiDict({})
    facts = RequestFacts(
        ip=str(request.context.get("identity", {}).get("sourceIp", "")),
        user_agent=_printable(headers.get("user-agent", ""))[:_USER_AGENT_LENGTH],
        request_id=log.request_id.get(),
        wants_cookies=headers.get("x-session-mode", "").lower() == "cookie",
    )
    return RawRequest(
        body=_bytes(request),
        headers=headers,
        query={str(name): str(value) for name, value in given.items()},
        repeated=tuple(name for name in given if len(given.getlist(name)) > 1),
        path_values=path_values,
        facts=facts,
        answer_headers=answer_headers,
    )


def _printable(text: str) -> str:
    """It is kept as evidence, and PostgreSQL takes neither NUL nor half a surrogate pair."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _bytes(request: Request) -> bytes:
    try:
        body = request.raw_body
    except ValueError:  # broken base64, or text that no UTF-8 makes
        raise problem.MalformedBody from None
    return body.encode() if isinstance(body, str) else body
