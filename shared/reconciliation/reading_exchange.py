"""Reading a statement in the 1C exchange format (``1CClientBankExchange``, version 1.03).

A line is ``Поле=значение``; sections are ``СекцияРасчСчет … КонецРасчСчет`` (balances, one or one a day) and
``СекцияДокумент=вид … КонецДокумента``; ``КонецФайла`` ends it. The published description is 1C's standard of exchange
with "Клиент банка"; fields that it doesn't know are passed over, since banks add their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from shared.kernel.money import Money
from shared.reconciliation.errors import FileUnreadable
from shared.reconciliation.file_text import exchange_text, numbered_lines
from shared.reconciliation.statement import (
    MOST_DOCUMENTS,
    Faults,
    Statement,
    StatementLine,
    account_or_none,
    inn_or_none,
)

SIGNATURE: Final = "1CClientBankExchange"
_VERSIONS: Final = frozenset({"1.01", "1.02", "1.03"})
_BALANCES, _BALANCES_END = "СекцияРасчСчет", "КонецРасчСчет"
_DOCUMENT, _DOCUMENT_END = "СекцияДокумент", "КонецДокумента"
_END: Final = "КонецФайла"
_PURPOSE: Final = "НазначениеПлатежа"
#: may stand in a section several times
_REPEATED: Final = frozenset({"РасчСчет", "Документ"})


@dataclass
class _Section:
    row: int
    values: dict[str, tuple[int, str]] = field(default_factory=dict)

    def get(self, *names: str) -> tuple[int, str]:
        """The first of these fields that holds something, and its line; else nothing, at the section's own."""
        for name in names:
            found = self.values.get(name)
            if found is not None and found[1]:
                return found
        return self.row, ""


class _Balances(NamedTuple):
    row: int
    account: str
    since: date
    until: date
    opening: Money
    closing: Money


def read(content: bytes) -> Statement:
    """:raises FileUnreadable: not such a file; every bad line is named
    :raises StatementUneven: its sums contradict each other
    """
    faults = Faults()
    header, sections, documents = _sections(exchange_text(content), faults)
    _check_header(header, faults)
    found = [_balances(section, faults) for section in sections]
    faults.refuse()
    balances = _joined([each for each in found if each is not None])
    lines = [_line(document, balances, faults) for document in documents]
    faults.refuse()
    statement = Statement(
        balances.account,
        balances.since,
        balances.until,
        balances.opening,
        balances.closing,
        [line for line in lines if line is not None],
    )
    statement.require_even()
    return statement


def _sections(text: str, faults: Faults) -> tuple[_Section, list[_Section], list[_Section]]:
    rows = iter(numbered_lines(text))
    if next(rows, (1, ""))[1] != SIGNATURE:
        raise FileUnreadable("Это не файл обмена с банком: нет первой строки 1CClientBankExchange.")
    header = _Section(1)
    balances: list[_Section] = []
    documents: list[_Section] = []
    for row, line in rows:
        name, _, _value = line.partition("=")
        if name == _BALANCES:
            balances.append(_section(row, rows, _BALANCES_END, faults))
        elif name == _DOCUMENT:
            documents.append(_section(row, rows, _DOCUMENT_END, faults))
            if len(documents) > MOST_DOCUMENTS:
                raise FileUnreadable(f"В файле больше {MOST_DOCUMENTS} документов: разделите период.")
        elif name == _END:
            return header, balances, documents
        else:
            _keep(header, row, line, faults)
    raise FileUnreadable("Файл обрывается: нет строки «КонецФайла». Выгрузите его заново.")


def _section(start: int, rows: Iterator[tuple[int, str]], end: str, faults: Faults) -> _Section:
    section = _Section(start)
    for row, line in rows:
        if line == end:
            return section
        if line.partition("=")[0] in {_BALANCES, _DOCUMENT, _END}:
            break
        _keep(section, row, line, faults)
    raise FileUnreadable("Файл повреждён: раздел не закончен.", {start: f"раздел без строки «{end}»."})


def _keep(section: _Section, row: int, line: str, faults: Faults) -> None:
    name, separator, value = line.partition("=")
    if not separator:
        # A purpose that was typed in several lines goes on in the next ones.
        last = next(reversed(section.values), "")
        if last.startswith(_PURPOSE):
            at, begun = section.values[last]
            section.values[last] = (at, f"{begun} {line}")
        else:
            faults.add(row, "нужна строка вида «Поле=значение».")
    elif name in section.values and name not in _REPEATED:
        faults.add(row, f"поле «{name[:40]}» указано дважды.")
    else:
        section.values[name] = (row, value.strip())


def _check_header(header: _Section, faults: Faults) -> None:
    row, version = header.get("ВерсияФормата")
    if version not in _VERSIONS:
        faults.add(row, "версия формата должна быть 1.01, 1.02 или 1.03.")


def _balances(section: _Section, faults: Faults) -> _Balances | None:
    account = faults.account(*section.get("РасчСчет"))
    since = faults.day(*section.get("ДатаНачала"))
    until = faults.day(*section.get("ДатаКонца", "ДатаНачала"))
    opening = faults.money(*section.get("НачальныйОстаток"))
    closing = faults.money(*section.get("КонечныйОстаток"))
    if account is None or since is None or until is None or opening is None or closing is None:
        return None
    if until < since:
        faults.add(section.row, "конец периода раньше начала.")
        return None
    return _Balances(section.row, account, since, until, opening, closing)


def _joined(found: Sequence[_Balances]) -> _Balances:
    """Banks that give a section for each day give the period in parts."""
    if not found:
        raise FileUnreadable(
            "В файле нет остатков (СекцияРасчСчет): выгрузите выписку, а не платёжные поручения."
        )
    parts = sorted(found, key=lambda part: part.since)
    whole = parts[0]
    for part in parts[1:]:
        if part.account != whole.account:
            raise FileUnreadable("В файле несколько счетов: выгрузите выписку по каждому отдельно.")
        if part.opening != whole.closing or part.since < whole.until:
            raise FileUnreadable(
                "Остатки по дням не продолжают друг друга.",
                {part.row: "начальный остаток не равен прежнему конечному."},
            )
        whole = whole._replace(until=part.until, closing=part.closing)
    return whole


def _line(document: _Section, balances: _Balances, faults: Faults) -> StatementLine | None:
    payers = {document.get("ПлательщикСчет")[1], document.get("ПлательщикРасчСчет")[1]}
    payees = {document.get("ПолучательСчет")[1], document.get("ПолучательРасчСчет")[1]}
    incoming = balances.account in payees
    if incoming == (balances.account in payers):
        faults.add(document.row, "счёт выписки должен стоять ровно у одной из сторон документа.")
        return None
    other = "Плательщик" if incoming else "Получатель"
    number = faults.number(*document.get("Номер"))
    booked_on = faults.day(*document.get("ДатаПоступило" if incoming else "ДатаСписано"))
    amount = faults.amount(*document.get("Сумма"))
    if number is None or booked_on is None or amount is None:
        return None
    if not balances.since <= booked_on <= balances.until:
        faults.add(document.row, "документ проведён не в периоде выписки.")
        return None
    return StatementLine(
        row=document.row,
        number=number,
        booked_on=booked_on,
        incoming=incoming,
        amount=amount,
        counterparty_account=account_or_none(document.get(f"{other}Счет", f"{other}РасчСчет")[1]),
        counterparty_inn=inn_or_none(document.get(f"{other}ИНН")[1]),
        counterparty_name=document.get(f"{other}1", other)[1],
        purpose=_purpose(document),
    )


def _purpose(document: _Section) -> str:
    whole = document.get(_PURPOSE)[1]
    parts = [document.get(f"{_PURPOSE}{part}")[1] for part in range(1, 7)]
    return whole or " ".join(part for part in parts if part)
