"""Russian words for sums, shares and days, with the no-break spaces that Russian typography wants.

Heavy to import (num2words brings every language), so only what renders documents uses it.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from num2words import num2words

from shared.kernel.clock import MOSCOW

NBSP: Final = "\N{NO-BREAK SPACE}"

_spell: Callable[..., str] = num2words  # the package has no annotations

_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip

# A short word stays with the next one, a dash with the one before, a number with its unit.
_TIES = (
    (re.compile(r"(?<![\w-])([А-Яа-яЁё]{1,2}|не|или) (?=\S)"), rf"\1{NBSP}"),
    (re.compile(r" (?=[—–])"), NBSP),
    (re.compile(r"(?<![\w-])(г\.|ул\.|пр\.|пер\.|д\.|корп\.|стр\.|кв\.|пом\.) (?=[А-ЯЁ\d])"), rf"\1{NBSP}"),
    (re.compile(r"(№|ИНН|ОГРН|КПП|БИК|ст\.|стать[яией]{1,2}|пункт[аеу]?|част[ьи]|раздел[аеу]?|глав[аы]) (?=\d)"), rf"\1{NBSP}"),
    (re.compile(r"(?<=\d) (?=%|₽|г\.|руб|дн|рабоч|календарн)"), NBSP),
)  # fmt: skip
_TAG = re.compile(r"(<[^>]*>)")


def plural(number: int, one: str, few: str, many: str) -> str:
    """The form of a noun that follows a whole number: 1 рубль, 2 рубля, 5 рублей, 11 рублей, 21 рубль."""
    tens, units = abs(number) % 100, abs(number) % 10
    if units == 1 and tens != 11:  # noqa: PLR2004 -- the rule's own numbers
        return one
    return few if 2 <= units <= 4 and not 12 <= tens <= 14 else many  # noqa: PLR2004


def digits(number: int) -> str:
    """Thousands apart: 2 000 001."""
    return f"{number:,}".replace(",", NBSP)


def rubles(kopecks: int) -> str:
    """For tables and lines: "300 000,00 ₽".

    :raises ValueError: less than nothing
    """
    whole, rest = _parts(kopecks)
    return f"{digits(whole)},{rest:02d}{NBSP}₽"


def rubles_in_words(kopecks: int) -> str:
    """Roubles in words, kopecks in figures: "триста тысяч рублей 00 копеек"."""
    whole, rest = _parts(kopecks)
    return f"{_words(whole)} {_ruble(whole)} {_kopecks(rest)}"


def rubles_in_full(kopecks: int) -> str:
    """As contracts write it: "300 000 (триста тысяч) рублей 00 копеек"."""
    whole, rest = _parts(kopecks)
    return f"{digits(whole)}{NBSP}({_words(whole)}) {_ruble(whole)} {_kopecks(rest)}"


def percent(bps: int) -> str:
    """Basis points as percent without idle zeros: 300 is "3 %", 250 "2,5 %", 7 "0,07 %"."""
    whole, rest = divmod(bps, 100)
    tail = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{tail}{NBSP}%"


def days(number: int, kind: str = "") -> str:
    """In the genitive, after "в течение": "1 дня", "5 календарных дней".

    :param kind: an adjective in the genitive plural, e.g. "календарных"
    """
    adjective = f"{kind} " if kind else ""
    if plural(number, "one", "few", "many") == "one":
        return f"{number}{NBSP}{adjective.replace('ых ', 'ого ').replace('их ', 'его ')}дня"
    return f"{number}{NBSP}{adjective}дней"


def long_date(day: date) -> str:
    """The month in words: "24 ноября 2026 г."."""
    return f"{day.day}{NBSP}{_MONTHS[day.month - 1]} {day.year}{NBSP}г."


def short_date(day: date) -> str:
    """Figures only: "24.11.2026"."""
    return f"{day:%d.%m.%Y}"


def utc_moment(moment: datetime) -> str:
    """To the second: "24.11.2026 09:30:05 UTC"."""
    return f"{moment.astimezone(UTC):%d.%m.%Y %H:%M:%S} UTC"


def moscow_moment(moment: datetime) -> str:
    """To the second: "24.11.2026 12:30:05 МСК"."""
    return f"{moment.astimezone(MOSCOW):%d.%m.%Y %H:%M:%S} МСК"


def phone(number: str) -> str:
    """A Russian number in groups, "+7 916 123-45-67"; any other as it is."""
    match = re.fullmatch(r"\+7(\d{3})(\d{3})(\d{2})(\d{2})", number)
    return f"+7{NBSP}{match[1]}{NBSP}{match[2]}-{match[3]}-{match[4]}" if match else number


def masked_phone(number: str) -> str:
    """All but the country and the last four digits hidden: "+7 *** ***-45-67"."""
    country = "+7" if number.startswith("+7") else "+"
    return f"{country}{NBSP}***{NBSP}***-{number[-4:-2]}-{number[-2:]}"


def tied(html: str) -> str:
    """Put no-break spaces into the text of an HTML page; tags and their attributes stay as they are."""
    return "".join(part if part.startswith("<") else _tie(part) for part in _TAG.split(html))


def _tie(text: str) -> str:
    for pattern, replacement in _TIES:
        text = pattern.sub(replacement, text)
    return text


def _parts(kopecks: int) -> tuple[int, int]:
    if kopecks < 0:
        raise ValueError("a contract names no negative sums")
    return divmod(kopecks, 100)


def _words(whole: int) -> str:
    return _spell(whole, lang="ru")


def _ruble(whole: int) -> str:
    return plural(whole, "рубль", "рубля", "рублей")


def _kopecks(rest: int) -> str:
    return f"{rest:02d}{NBSP}{plural(rest, 'копейка', 'копейки', 'копеек')}"
