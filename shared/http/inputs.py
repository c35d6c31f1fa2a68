"""Reading a request into pydantic models: bounded, strict about unknown fields, and clear in Russian."""

from collections.abc import Mapping
from typing import Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from shared.config import web
from shared.http.edge import RawRequest
from shared.http.problem import BodyTooLarge, FieldErrors, MalformedBody, UnsupportedMediaType
from shared.kernel.errors import NotFound

Model = TypeVar("Model", bound=BaseModel)


class RequestModel(BaseModel):
    """A body or a query: unknown fields are refused, values are not coerced beyond JSON's own types."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )


class ViewModel(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UnknownAddress(NotFound):
    """The path names nothing."""

    def __init__(self) -> None:
        super().__init__("Не найдено.")


_MESSAGES: Final = {
    "missing": "Обязательное поле.",
    "extra_forbidden": "Неизвестное поле.",
    "string_too_short": "Слишком коротко: не меньше {min_length} знаков.",
    "string_too_long": "Слишком длинно: не больше {max_length} знаков.",
    "string_pattern_mismatch": "Неверный формат.",
    "greater_than": "Должно быть больше {gt}.",
    "greater_than_equal": "Должно быть не меньше {ge}.",
    "less_than": "Должно быть меньше {lt}.",
    "less_than_equal": "Должно быть не больше {le}.",
    "enum": "Допустимые значения: {expected}.",
    "literal_error": "Допустимые значения: {expected}.",
    "too_short": "Слишком мало: не меньше {min_length}.",
    "too_long": "Слишком много: не больше {max_length}.",
    "string_type": "Нужна строка.",
    "int_type": "Нужно целое число.",
    "int_parsing": "Нужно целое число.",
    "int_from_float": "Нужно целое число.",
    "bool_type": "Нужно true или false.",
    "uuid_parsing": "Нужен идентификатор UUID.",
    "uuid_type": "Нужен идентификатор UUID.",
}


def body_of(request: RawRequest, model: type[Model]) -> Model:
    """:raises MalformedBody, FieldErrors, BodyTooLarge, UnsupportedMediaType: as they say"""
    limit = web.load().body_limit_bytes
    if len(request.body) > limit:
        raise BodyTooLarge(limit)
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise UnsupportedMediaType
    try:
        return model.model_validate_json(request.body)
    except ValidationError as error:
        raise _translated(error) from None


def query_of(request: RawRequest, model: type[Model]) -> Model:
    try:
        return model.model_validate_strings(request.query)
    except ValidationError as error:
        raise _translated(error) from None


def path_value(raw: str, wanted: type) -> UUID | int | str:
    """:raises UnknownAddress: the text can't be an identifier of this kind"""
    if wanted is str:
        return raw
    try:
        return UUID(raw) if wanted is UUID else int(raw)
    except ValueError:
        raise UnknownAddress from None


def _translated(error: ValidationError) -> MalformedBody | FieldErrors:
    details = error.errors(include_input=False, include_url=False)
    if any(each["type"] == "json_invalid" for each in details):
        return MalformedBody()
    return FieldErrors({_path(each): _message(each) for each in details})


def _path(detail: ErrorDetails) -> str:
    return ".".join(str(step) for step in detail["loc"]) or "body"


def _message(detail: ErrorDetails) -> str:
    context: Mapping[str, object] = detail.get("ctx") or {}
    if detail["type"] == "value_error":
        return str(context.get("error", "Неверное значение."))
    try:
        return _MESSAGES[detail["type"]].format(**context)
    except KeyError:
        return "Неверное значение."
