"""Numbers that a register gives to a legal entity, in the form in which they are stored."""

import re
from typing import Final

#: the tax office, the reason (01 … 50 or two letters), a running number
_KPP: Final = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_OGRN_LENGTH: Final = 13


def valid_kpp(text: str) -> str:
    """:raises ValueError: a Russian sentence"""
    kpp = text.replace(" ", "").upper()
    if not _KPP.fullmatch(kpp) or not kpp.strip("0"):
        raise ValueError("Проверьте КПП: в нём 9 знаков.")
    return kpp


def valid_ogrn(text: str) -> str:
    """The digits of a company's ОГРН whose control digit holds; a sole trader's has fifteen and is none.

    :raises ValueError: a Russian sentence
    """
    # As with phones: only a function that reads an ОГРН pays for the import.
    from stdnum.ru import ogrn  # noqa: PLC0415 -- see above

    digits = text.replace(" ", "")
    if len(digits) != _OGRN_LENGTH or not ogrn.is_valid(digits) or not digits.strip("0"):
        raise ValueError("Проверьте ОГРН: в нём 13 цифр, последняя из них контрольная.")
    return digits
