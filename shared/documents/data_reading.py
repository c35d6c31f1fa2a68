"""Reading a document's data: JSON to frozen dataclasses and back, strictly, with the standard library only."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from shared.kernel.clock import iso
from shared.kernel.texts import CONTROL
from shared.ports.pdf import BadDocumentData

T = TypeVar("T")

LONGEST_TEXT = 2_000
LONGEST_LIST = 200


def read(kind: type[T], data: object, path: str = "") -> T:
    """Build the dataclass ``kind`` from decoded JSON.

    Known types: int, bool, str (not blank, one line), date and datetime (ISO; a datetime has an offset), UUID,
    StrEnum, other dataclasses, ``X | None``, ``tuple[X, ...]``. A field with a default may be left out. A
    dataclass states what its fields owe each other by raising ValueError in ``__post_init__``.

    :param path: where in the whole the data lie; becomes the start of the error's path
    :raises BadDocumentData: names the field's path and the fault, never the value
    """
    if not isinstance(data, Mapping):
        raise BadDocumentData(path, "must be an object")
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(str(name) for name in data if name not in fields):
        raise BadDocumentData(_join(path, unknown[0]), "is not a field of this document")
    values: dict[str, Any] = {}
    for name, hint in typing.get_type_hints(kind).items():
        if name in data:
            values[name] = _value(hint, data[name], _join(path, name))
        elif fields[name].default is dataclasses.MISSING:
            raise BadDocumentData(_join(path, name), "is missing")
    try:
        return kind(**values)
    except ValueError as fault:
        raise BadDocumentData(path, str(fault)) from None


def as_json(value: object) -> Any:  # noqa: ANN401 -- JSON has no narrower type
    """The inverse of ``read``: dataclasses to what ``json.dumps`` takes."""
    match value:
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case StrEnum():
            return value.value
        case tuple():
            return [as_json(item) for item in value]
        case None | bool() | int() | str():
            return value
        case _ if dataclasses.is_dataclass(value):
            return {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a document")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _value(hint: Any, value: object, path: str) -> Any:  # noqa: ANN401 -- a type hint and its value
    origin = typing.get_origin(hint)
    if origin in {types.UnionType, typing.Union}:
        inner = next(part for part in typing.get_args(hint) if part is not types.NoneType)
        return None if value is None else _value(inner, value, path)
    if origin is tuple:
        return _items(typing.get_args(hint)[0], value, path)
    if dataclasses.is_dataclass(hint):
        return read(typing.cast("type[Any]", hint), value, path)
    return _scalar(hint, value, path)


def _items(hint: Any, value: object, path: str) -> tuple[Any, ...]:  # noqa: ANN401
    if not isinstance(value, list | tuple):
        raise BadDocumentData(path, "must be a list")
    if len(value) > LONGEST_LIST:
        raise BadDocumentData(path, f"must have at most {LONGEST_LIST} items")
    return tuple(_value(hint, item, f"{path}[{index}]") for index, item in enumerate(value))


def _scalar(hint: type, value: object, path: str) -> Any:  # noqa: ANN401
    if hint in {int, bool}:
        if type(value) is not hint:
            raise BadDocumentData(path, "must be a whole number" if hint is int else "must be true or false")
        return value
    if not isinstance(value, str):
        raise BadDocumentData(path, "must be a text")
    if not value.strip() or len(value) > LONGEST_TEXT or CONTROL.search(value):
        raise BadDocumentData(path, f"must be one line of 1 to {LONGEST_TEXT} characters")
    if hint is str:
        return value.strip()
    return _parsed(hint, value, path)


def _parsed(hint: type, value: str, path: str) -> Any:  # noqa: ANN401
    try:
        if hint is date:
            return date.fromisoformat(value)
        if hint is datetime:
            moment = datetime.fromisoformat(value)
        else:
            return hint(value)
    except ValueError:
        raise BadDocumentData(path, f"is not a {hint.__name__}") from None
    if moment.tzinfo is None:
        raise BadDocumentData(path, "must have an offset from UTC")
    return moment
