"""What an operation may refuse, as OpenAPI documents it."""

from http import HTTPStatus
from typing import Any, Final

from shared.http.caller import Access
from shared.http.function import Operation
from shared.http.problem import title_of

_PROBLEM: Final = "#/components/schemas/Problem"


def of(operation: Operation) -> dict[str, Any]:
    statuses = {422, 500, 503}  # an unknown name in the query is refused everywhere
    if "body" in operation.parameters:
        statuses |= {400, 413, 415}
    if operation.access is not Access.PUBLIC:
        statuses |= {401, 403, 404}  # X-Organization-Id may name a foreign one
    elif operation.path.startswith("/auth/"):
        statuses |= {401, 403}
    if "{" in operation.path:
        statuses |= {404, 409}
    if operation.changes:
        statuses |= {409, 429}
    if operation.limit is not None:
        statuses.add(429)
    if "if_match" in operation.parameters:
        statuses |= {412, 428}
    return {str(each): refusal(each) for each in sorted(statuses)}


def refusal(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": _PROBLEM}}}
    described: dict[str, Any] = {"description": title_of(HTTPStatus(status)), "content": content}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        described["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}
    return described


def tell_limits(responses: dict[str, Any]) -> None:
    """Every answer that is not of the edge itself carries the budget's headers; a refusal by it, the time to wait."""
    text = {"schema": {"type": "string"}}
    for status, response in responses.items():
        if status.startswith(("2", "3")) or status == "429":
            response["headers"] = {**response.get("headers", {}), "RateLimit": text, "RateLimit-Policy": text}
