"""What a view may answer with."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple

from chalice.app import Response
from pydantic import BaseModel

from shared.http.edge import Headers, type_json
from shared.kernel.errors import Invalid

_ETAG: Final = re.compile(r'"([0-9]{1,9})"')


@dataclass(frozen=True, slots=True)
class Reply:
    """A view model with headers or a status of its own, e.g. an ``ETag``."""

    body: BaseModel | None
    status: int | None = None
    headers: Headers = field(default_factory=dict)


#: 204 with headers.
NoContent = Annotated[Reply, None]


class Redirect(NamedTuple):
    """303: a short-lived link to a file."""

    url: str


class Picture(NamedTuple):
    svg: str


class CsvFile(NamedTuple):
    """A table to be saved under ``name``, which is our own word."""

    name: str
    content: str


class EtagMalformed(Invalid):
    code = "etag_malformed"

    def __init__(self) -> None:
        super().__init__("If-Match должен повторять ETag, полученный с объектом.")


def revision_of(if_match: str | None) -> int | None:
    """The revision that a caller saw, from his ``If-Match``; None if he sent none.

    :raises EtagMalformed: not one of our ETags
    """
    if if_match is None:
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise EtagMalformed
    return int(found[1])


Answer = BaseModel | Reply | Redirect | Picture | CsvFile | None

#: the type of a picture
SVG: Final = "image/svg+xml"
CSV: Final = "text/csv; charset=utf-8"


def rendered(answer: Answer, *, status: int) -> Response:
    """Serialised inside the transaction; Chalice gets text, so that no number changes its type on the way."""
    if isinstance(answer, Redirect):
        return Response("", {"Location": answer.url}, HTTPStatus.SEE_OTHER)
    if isinstance(answer, Picture):
        return Response(answer.svg, {"Content-Type": SVG}, status)
    if isinstance(answer, CsvFile):
        saved_as = f'attachment; filename="{answer.name}"'
        return Response(answer.content, {"Content-Type": CSV, "Content-Disposition": saved_as}, status)
    reply = answer if isinstance(answer, Reply) else Reply(answer)
    code = reply.status or status
    if reply.body is None:
        return Response("", dict(reply.headers), reply.status or HTTPStatus.NO_CONTENT)
    return Response(reply.body.model_dump_json(), {"Content-Type": type_json, **reply.headers}, code)
