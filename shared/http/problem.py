"""Refusals as RFC 9457 ``application/problem+json``."""

import json
from http import HTTPStatus
from typing import Final

from shared.kernel import errors

CONTENT_TYPE: Final = "application/problem+json; charset=utf-8"

_STATUSES: Final[dict[type[errors.DomainError], HTTPStatus]] = {
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    errors.PreconditionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


#: RFC 9110 renamed two statuses, and Python learned it with 3.13: the same answer on every version.
_RENAMED: Final = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content Too Large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Content",
}


def title_of(status: HTTPStatus) -> str:
    """The status' name by RFC 9110."""
    return _RENAMED.get(status, status.phrase)


class MalformedBody(errors.Invalid):
    """Not JSON at all."""

    code = "malformed_body"

    def __init__(self) -> None:
        super().__init__("Тело запроса — не JSON. Проверьте формат и повторите.")


class FieldErrors(errors.Invalid):
    """JSON whose fields are wrong; the fields are named, their values are not repeated."""

    code = "invalid_fields"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("Проверьте поля: в них ошибки.")
        self.errors = fields


class BodyTooLarge(errors.Invalid):
    code = "body_too_large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"Запрос слишком большой: допустимо не больше {limit_bytes // 1024} КБ.")


class UnsupportedMediaType(errors.Invalid):
    code = "unsupported_media_type"

    def __init__(self) -> None:
        super().__init__("Отправьте запрос с заголовком Content-Type: application/json.")


_EXACT: Final[dict[type[errors.DomainError], HTTPStatus]] = {
    MalformedBody: HTTPStatus.BAD_REQUEST,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}


def status_of(error: errors.DomainError) -> HTTPStatus:
    exact = _EXACT.get(type(error))
    if exact is not None:
        return exact
    for kind, status in _STATUSES.items():
        if isinstance(error, kind):
            return status
    raise TypeError(f"{type(error).__name__} has no kind")


def body_of(error: errors.DomainError, *, instance: str) -> str:
    status = status_of(error)
    problem: dict[str, object] = {
        **error.facts,
        "type": f"urn:housler:error:{error.code}",
        "title": title_of(status),
        "status": status.value,
        "detail": error.detail,
        "code": error.code,
        "instance": instance,
    }
    if error.errors:
        problem["errors"] = [{"field": name, "detail": text} for name, text in error.errors.items()]
    return json.dumps(problem, ensure_ascii=False)


def surprise_body(status: HTTPStatus, code: str, detail: str, *, instance: str) -> str:
    """For what no domain raised: a bug (500), or the gateway's own refusals."""
    return json.dumps(
        {
            "type": f"urn:housler:error:{code}",
            "title": title_of(status),
            "status": status.value,
            "detail": detail,
            "code": code,
            "instance": instance,
        },
        ensure_ascii=False,
    )
