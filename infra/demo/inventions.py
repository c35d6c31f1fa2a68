"""People that nobody met before: names, phones, addresses and valid ИНН, new in every run."""

import secrets
from dataclasses import dataclass
from typing import Final

_AGENTS: Final = ("Орлова Мария Сергеевна", "Кузнецова Ольга Игоревна", "Лебедева Ирина Викторовна")
_CLIENTS: Final = ("Соколова Анна Петровна", "Морозов Илья Андреевич", "Фёдорова Вера Николаевна")
#: the tax authority's weights of the two control digits of a person's ИНН
_FIRST_CONTROL: Final = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_SECOND_CONTROL: Final = (3, *_FIRST_CONTROL)


@dataclass(frozen=True, slots=True)
class Invented:
    name: str
    phone: str  # E.164
    email: str
    inn: str


def an_agent() -> Invented:
    return _person(secrets.choice(_AGENTS), "agent")


def a_client() -> Invented:
    return _person(secrets.choice(_CLIENTS), "client")


def a_passport() -> dict[str, str]:
    return {
        "series": f"45{secrets.randbelow(20):02d}",
        "number": f"{secrets.randbelow(10**6):06d}",
        "issued_by": "ГУ МВД России по г. Москве",
        "issued_on": "2018-05-14",
        "department_code": "770-053",
    }


def an_inn() -> str:
    """Twelve digits with valid control digits."""
    digits = [int(digit) for digit in f"77{secrets.randbelow(10**8):08d}"]
    for weights in (_FIRST_CONTROL, _SECOND_CONTROL):
        total = sum(weight * digit for weight, digit in zip(weights, digits, strict=True))
        digits.append(total % 11 % 10)
    return "".join(str(digit) for digit in digits)


def _person(name: str, word: str) -> Invented:
    phone = f"+7916{secrets.randbelow(10**7):07d}"
    return Invented(name, phone, f"{word}-{secrets.token_hex(5)}@example.ru", an_inn())
