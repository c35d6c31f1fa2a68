"""Money is whole kopecks. No float touches it."""

import re
from dataclasses import dataclass
from typing import Final, Self

ALL_BPS = 10_000
# No exponents, underscores or foreign digits, and no more of them than any sum in roubles has.
_RUBLES: Final = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """A sum in roubles, held as whole kopecks; may be negative only as a difference."""

    kopecks: int

    def __post_init__(self) -> None:
        # bool is an int in Python, and True kopecks is a bug.
        if type(self.kopecks) is not int:
            raise TypeError(f"money is whole kopecks, not {type(self.kopecks).__name__}")

    @classmethod
    def zero(cls) -> Self:
        return cls(0)

    @classmethod
    def from_rubles(cls, text: object) -> Self:
        """Read a provider's decimal string such as "150000.00".

        :raises ValueError: more than two digits after the point, or not such a string
        """
        # A provider's JSON may bring a number where a string is due, and a float is no sum of money.
        found = _RUBLES.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError("not a sum in roubles with at most two digits after the point")
        sign, rubles, kopecks = found.groups()
        return cls(int(f"{sign}{rubles}{(kopecks or '').ljust(2, '0')}"))

    def to_rubles(self) -> str:
        """Write a decimal string with two digits, as providers take it: "150000.00"."""
        sign = "-" if self.kopecks < 0 else ""
        rubles, kopecks = divmod(abs(self.kopecks), 100)
        return f"{sign}{rubles}.{kopecks:02d}"

    def share(self, bps: int) -> "Money":
        """Part of the sum, rounded half up; ``bps`` in basis points (10 000 = all)."""
        return Money(divide_half_up(self.kopecks * bps, ALL_BPS))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.kopecks + other.kopecks)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.kopecks - other.kopecks)

    def __str__(self) -> str:
        """For people: "150 000,00 ₽" with narrow no-break spaces."""
        rubles, kopecks = divmod(abs(self.kopecks), 100)
        grouped = f"{rubles:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        return f"{'−' if self.kopecks < 0 else ''}{grouped},{kopecks:02d}\N{NARROW NO-BREAK SPACE}₽"


def divide_half_up(numerator: int, denominator: int) -> int:
    """Whole quotient of non-negative numbers, halves upwards (the bank's way)."""
    if numerator < 0 or denominator <= 0:
        raise ValueError("half-up division is for sums of money")
    return (2 * numerator + denominator) // (2 * denominator)


def total(sums: "list[Money] | tuple[Money, ...]") -> Money:
    return Money(sum(part.kopecks for part in sums))
