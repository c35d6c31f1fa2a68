"""What an ИНН says by itself."""

from enum import StrEnum
from typing import Final, NamedTuple

from shared.kernel.contacts import InnLength, valid_inn
from shared.kernel.errors import NotFound


class InnKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"


class InnStructure(NamedTuple):
    """``tax_office``: the four digits of the inspection that gave it."""

    kind: InnKind
    tax_office: str
    valid: bool


class NotAnInn(NotFound):
    """Neither ten nor twelve digits."""

    code = "not_an_inn"

    def __init__(self) -> None:
        super().__init__("В ИНН 10 цифр у организации и 12 у человека.")


_KINDS: Final[dict[int, tuple[InnLength, InnKind]]] = {
    10: (10, InnKind.COMPANY),
    12: (12, InnKind.PERSON),
}


def inn_structure(text: str) -> InnStructure:
    """:raises NotAnInn: no number of this kind"""
    found = _KINDS.get(len(text))
    if found is None or not (text.isascii() and text.isdigit()):
        raise NotAnInn
    length, kind = found
    try:
        valid_inn(text, length=length)
    except ValueError:
        return InnStructure(kind, text[:4], valid=False)
    return InnStructure(kind, text[:4], valid=True)
