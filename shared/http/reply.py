"""What a view may answer with."""

from dataclasses import dataclass, field
from http import HTTPStatus

from chalice.app import Response
from pydantic import BaseModel

from shared.http.edge import type_json


@dataclass(frozen=True, slots=True)
class Reply:
    """A view model with headers or a status of its own, e.g. an ``ETag``."""

    body: BaseModel | None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Redirect:
    """303: a short-lived link to a file."""

    url: str


Answer = BaseModel | Reply | Redirect | None


def rendered(answer: Answer, *, status: int) -> Response:
    """Serialised inside the transaction; Chalice gets text, so that no number changes its type on the way."""
    if isinstance(answer, Redirect):
        return Response("", {"Location": answer.url}, HTTPStatus.SEE_OTHER)
    reply = answer if isinstance(answer, Reply) else Reply(answer)
    code = reply.status or status
    if reply.body is None:
        return Response("", dict(reply.headers), HTTPStatus.NO_CONTENT)
    return Response(reply.body.model_dump_json(), {"Content-Type": type_json, **reply.headers}, code)
