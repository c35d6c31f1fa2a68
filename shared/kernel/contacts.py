"""Phones, e-mail addresses and taxpayer numbers in the one form in which they are stored, indexed and compared."""

import re
from typing import Final, Literal

InnLength = Literal[10, 12]

_EMAIL_LIMIT: Final = 254
_ATOM: Final = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL: Final = re.compile(
    rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.)+[a-z][a-z0-9-]+"
)


def normal_phone(text: str) -> str:
    """A Russian mobile number as E.164, e.g. "+79161234567"; "8 (916) …" and "916 …" are understood.

    :raises ValueError: a Russian sentence; also for landlines, 8-800 and Kazakhstan's +7 7
    """
    # 30 ms of import that only a function which reads a phone must pay.
    import phonenumbers  # noqa: PLC0415 -- see above

    refused = ValueError("Укажите российский мобильный номер, например +7 916 123-45-67.")
    try:
        number = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException:
        raise refused from None
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if number.extension or not (mobile and phonenumbers.is_valid_number_for_region(number, "RU")):
        raise refused
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_email(text: str) -> str:
    """An address in lower case, its domain as IDNA.

    The local part is lowered too: no mailbox in use tells "Ivan" from "ivan", and one person must be one user.

    :raises ValueError: a Russian sentence
    """
    local, at, domain = text.strip().lower().rpartition("@")
    try:
        address = f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        address = ""
    if len(address) > _EMAIL_LIMIT or not _EMAIL.fullmatch(address):
        raise ValueError("Укажите адрес электронной почты, например ivan@example.ru.")
    return address


def valid_inn(text: str, *, length: InnLength) -> str:
    """The digits of an ИНН whose control digits hold: 10 for a company, 12 for a person.

    :raises ValueError: a Russian sentence; also for all zeros, whose control digits would hold
    """
    # As with phones: only a function that reads an ИНН pays for the import.
    from stdnum.ru import inn  # noqa: PLC0415 -- see above

    digits = inn.compact(text)
    if len(digits) != length or not inn.is_valid(digits) or not digits.strip("0"):
        whose = "организации — 10 цифр" if length == 10 else "физического лица — 12 цифр"  # noqa: PLR2004 -- see InnLength
        raise ValueError(f"Проверьте ИНН: у {whose}, последние из них контрольные.")
    return digits


def masked_phone(phone: str) -> str:
    """What may be shown of an E.164 number to somebody who looks over the shoulder: "+7 916 ***-**-67"."""
    return f"{phone[:2]} {phone[2:5]} ***-**-{phone[-2:]}"


def masked_email(email: str) -> str:
    """What may be shown of an address: "iv***@example.ru", of a short one "***@example.ru"."""
    local, _, domain = email.partition("@")
    shown = local[:2] if len(local) > 4 else ""  # noqa: PLR2004 -- two letters of so short a name would be half of it
    return f"{shown}***@{domain}"
