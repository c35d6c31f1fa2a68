"""Reading a request into pydantic models: bounded, strict about unknown fields, and clear in Russian."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import ErrorDetails

from shared.config import web
from shared.http.edge import RawRequest
from shared.http.problem import BodyTooLarge, FieldErrors, MalformedBody, UnsupportedMediaType
from shared.kernel.errors import NotFound
from shared.kernel.texts import CONTROL

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")

_YEARS: Final = range(1900, 2200)
_LARGEST: Final = 2**63 - 1  # of a BIGINT
_PATH_DIGITS: Final = 9
_MOST_FIELDS_NAMED: Final = 50
_LONGEST_NAME: Final = 200


class RequestModel(BaseModel):
    """A body or a query: unknown fields are refused, values are not coerced beyond JSON's own types, and what no
    column could hold is refused here.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )

    @field_validator("*", mode="after")
    @classmethod
    def _is_storable(cls, value: Value) -> Value:
        for part in _parts(value):
            if isinstance(part, str) and CONTROL.search(part):
                raise ValueError("Недопустимый знак в тексте.")
            if isinstance(part, int) and abs(part) > _LARGEST:
                raise ValueError("Слишком большое число.")
            if isinstance(part, date) and part.year not in _YEARS:
                raise ValueError("Такой даты быть не может.")
            if isinstance(part, datetime) and part.tzinfo is None:
                raise ValueError("Укажите часовой пояс, например 2026-11-24T10:00:00Z.")
        return value


class NoQuery(RequestModel):
    """The query of an address that takes none."""


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
    "bool_parsing": "Нужно true или false.",
    "date_type": "Нужна дата вида 2026-11-24.",
    "date_parsing": "Нужна дата вида 2026-11-24.",
    "date_from_datetime_parsing": "Нужна дата вида 2026-11-24.",
    "datetime_type": "Нужно время вида 2026-11-24T10:00:00Z.",
    "datetime_parsing": "Нужно время вида 2026-11-24T10:00:00Z.",
    "timezone_aware": "Укажите часовой пояс, например 2026-11-24T10:00:00Z.",
    "model_type": "Нужен объект.",
    "list_type": "Нужен список.",
    "uuid_parsing": "Нужен идентификатор UUID.",
    "uuid_type": "Нужен идентификатор UUID.",
}


def body_of(request: RawRequest, model: type[Model]) -> Model:
    """:raises MalformedBody, FieldErrors, BodyTooLarge, UnsupportedMediaType: as they say"""
    limit = web.load().body_limit_bytes
    if len(request.body) > limit:
        raise BodyTooLarge(limit)
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise UnsupportedMediaType
    try:
        return model.model_validate_json(request.body, strict=True)
    except ValidationError as error:
        raise _translated(error) from None


def query_of(request: RawRequest, model: type[Model]) -> Model:
    """:raises FieldErrors: unknown, repeated or wrong"""
    if request.repeated:
        raise FieldErrors({_shown(name): "Указано несколько раз." for name in request.repeated})
    try:
        return model.model_validate_strings(request.query)
    except ValidationError as error:
        raise _translated(error) from None


def path_value(raw: str, wanted: type) -> UUID | int | str:
    """:raises UnknownAddress: the text can't be an identifier of this kind"""
    if wanted is UUID:
        return _identifier(raw)
    if wanted is int:
        if not (raw.isascii() and raw.isdigit() and len(raw) <= _PATH_DIGITS):
            raise UnknownAddress
        return int(raw)
    if not raw.isprintable():
        raise UnknownAddress
    return raw


def _identifier(raw: str) -> UUID:
    try:
        found = UUID(raw)
    except ValueError:
        raise UnknownAddress from None
    if str(found) != raw.lower():  # braces, "urn:uuid:" and missing hyphens: one object has one address
        raise UnknownAddress
    return found


def _parts(value: object) -> Iterator[object]:
    """A value and, where it holds others, each of them; nested models look after themselves."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _parts(name)
            yield from _parts(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _parts(each)
    else:
        yield value


def _translated(error: ValidationError) -> MalformedBody | FieldErrors:
    details = error.errors(include_input=False, include_url=False)
    if any(each["type"] == "json_invalid" for each in details):
        return MalformedBody()
    return FieldErrors({_path(each): _message(each) for each in details[:_MOST_FIELDS_NAMED]})


def _path(detail: ErrorDetails) -> str:
    return _shown(".".join(str(step) for step in detail["loc"])) or "body"


def _shown(name: str) -> str:
    """A field's name may be the sender's own invention."""
    return "".join(each for each in name if each.isprintable())[:_LONGEST_NAME]


def _message(detail: ErrorDetails) -> str:
    context: Mapping[str, object] = detail.get("ctx") or {}
    if detail["type"] == "value_error":
        return str(context.get("error", "Неверное значение."))
    try:
        return _MESSAGES[detail["type"]].format(**context).replace(" or ", " или ")
    except KeyError:
        return "Неверное значение."
