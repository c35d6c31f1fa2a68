"""A bank statement as it was read, whatever file it came in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple

from shared.kernel.money import Money, total
from shared.reconciliation.errors import FileUnreadable, StatementUneven

MOST_DOCUMENTS: Final = 10_000
_MOST_NAMED: Final = 50
_DATE: Final = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}")
_ACCOUNT: Final = re.compile(r"[0-9]{20}")
_NUMBER: Final = re.compile(r"[0-9A-Za-zА-Яа-яЁё/._№-]{1,32}")
_INN: Final = re.compile(r"[0-9]{10}|[0-9]{12}")
_BAD: Final = "Выписка не прочитана: в строках файла ошибки."


class StatementLine(NamedTuple):
    """One executed document. What names its other end may name a person."""

    row: int  # where the document begins in the file, from one
    number: str
    booked_on: date
    incoming: bool
    amount: Money
    counterparty_account: str | None
    counterparty_inn: str | None
    counterparty_name: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Statement:
    """``lines`` in the file's order; both days belong to the period."""

    account: str
    since: date
    until: date
    opening: Money
    closing: Money
    lines: Sequence[StatementLine]

    @property
    def incoming(self) -> Money:
        return total([line.amount for line in self.lines if line.incoming])

    @property
    def outgoing(self) -> Money:
        return total([line.amount for line in self.lines if not line.incoming])

    def require_even(self) -> None:
        """:raises StatementUneven: opening and turnover don't make the closing balance"""
        if self.opening + self.incoming - self.outgoing != self.closing:
            raise StatementUneven(self.opening, self.incoming, self.outgoing, self.closing)


@dataclass
class Faults:
    """Bad lines, collected so that a person sees all of them at once."""

    lines: dict[int, str] = field(default_factory=dict)

    def add(self, row: int, sentence: str) -> None:
        if len(self.lines) < _MOST_NAMED:
            self.lines.setdefault(row, sentence)

    def refuse(self) -> None:
        """:raises FileUnreadable: there are any"""
        if self.lines:
            raise FileUnreadable(_BAD, self.lines)

    def day(self, row: int, text: str) -> date | None:
        if _DATE.fullmatch(text):
            try:
                return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 -- a calendar day of the bank's
            except ValueError:
                pass
        self.add(row, "нужна дата вида 31.12.2026.")
        return None

    def money(self, row: int, text: str) -> Money | None:
        """Roubles with a point or a comma."""
        try:
            return Money.from_rubles(text.replace(",", "."))
        except ValueError:
            self.add(row, "нужна сумма в рублях вида 1234,56.")
            return None

    def amount(self, row: int, text: str) -> Money | None:
        found = self.money(row, text)
        if found is not None and found <= Money.zero():
            self.add(row, "сумма должна быть больше нуля.")
            return None
        return found

    def account(self, row: int, text: str) -> str | None:
        if _ACCOUNT.fullmatch(text):
            return text
        self.add(row, "нужен номер счёта из 20 цифр.")
        return None

    def number(self, row: int, text: str) -> str | None:
        if _NUMBER.fullmatch(text):
            return text
        self.add(row, "нужен номер документа.")
        return None


def account_or_none(text: str) -> str | None:
    """Of a counterparty: banks leave it out where they are it themselves."""
    return text if _ACCOUNT.fullmatch(text) else None


def inn_or_none(text: str) -> str | None:
    return text if _INN.fullmatch(text) else None
