"""Reading CSV: a statement, and a provider's registry; ``;`` between columns.

A statement is two tables in one file, sums in roubles with a comma (or a point), dates as 31.12.2026::

    Счёт;Начало;Конец;Начальный остаток;Конечный остаток
    40702810900000000001;23.11.2026;23.11.2026;0,00;297900,00
    Номер;Дата;Поступило;Списано;Счёт контрагента;ИНН контрагента;Контрагент;Назначение
    118;23.11.2026;297900,00;;40702810200000000002;7750005725;НКО «ЮМани»;Перевод по реестру

A registry is one table, sums in whole kopecks, times as RFC 3339; ``kind`` is payment, refund or charge::

    terminal;operation;payment_id;order_id;kind;amount_kopecks;charge_kopecks;occurred_at
"""

import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from shared.kernel.money import Money
from shared.ports.registry import RegistryKind, RegistryLine
from shared.reconciliation.errors import FileUnreadable
from shared.reconciliation.file_text import LONGEST_LINE, numbered_lines, table_text
from shared.reconciliation.statement import (
    MOST_DOCUMENTS,
    Faults,
    Statement,
    StatementLine,
    account_or_none,
    inn_or_none,
)

BALANCES: Final = ("Счёт", "Начало", "Конец", "Начальный остаток", "Конечный остаток")
DOCUMENTS: Final = (
    "Номер",
    "Дата",
    "Поступило",
    "Списано",
    "Счёт контрагента",
    "ИНН контрагента",
    "Контрагент",
    "Назначение",
)
REGISTRY: Final = (
    "terminal",
    "operation",
    "payment_id",
    "order_id",
    "kind",
    "amount_kopecks",
    "charge_kopecks",
    "occurred_at",
)
ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TERMINAL: Final = re.compile(r"[a-z0-9_]{1,32}")
KOPECKS: Final = re.compile(r"[0-9]{1,15}")
_HEAD_ROWS: Final = 3


def read_statement(content: bytes) -> Statement:
    """:raises FileUnreadable: not such a file; every bad line is named
    :raises StatementUneven: its sums contradict each other
    """
    rows = rows_of(content)
    if len(rows) < _HEAD_ROWS or tuple(rows[0][1]) != BALANCES or tuple(rows[2][1]) != DOCUMENTS:
        raise FileUnreadable(f"Нужны столбцы: «{';'.join(BALANCES)}», затем «{';'.join(DOCUMENTS)}».")
    faults = Faults()
    head = _balances(*rows[1], faults)
    faults.refuse()
    if head is None:
        raise AssertionError("what is missing was refused")
    lines = [_document(row, values, head, faults) for row, values in rows[_HEAD_ROWS:]]
    faults.refuse()
    statement = Statement(
        head.account,
        head.since,
        head.until,
        head.opening,
        head.closing,
        [line for line in lines if line is not None],
    )
    statement.require_even()
    return statement


def read_registry(content: bytes) -> dict[str, list[RegistryLine]]:
    """A registry's lines by terminal.

    :raises FileUnreadable: not such a file; every bad line is named
    """
    rows = rows_of(content)
    if not rows or tuple(rows[0][1]) != REGISTRY:
        raise FileUnreadable(f"Нужны столбцы: «{';'.join(REGISTRY)}».")
    faults = Faults()
    found: dict[str, list[RegistryLine]] = {}
    seen: set[tuple[str, str, str]] = set()
    for row, values in rows[1:]:
        line = _registry_line(row, values, faults)
        if line is None:
            continue
        identity = (values[0], line.kind, line.operation_id)
        if identity in seen:
            faults.add(row, "эта операция в реестре уже была.")
        seen.add(identity)
        found.setdefault(values[0], []).append(line)
    faults.refuse()
    return found


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    """Rows with their numbers; the first is the header.

    :raises FileUnreadable: not a table, or too long a one
    """
    rows = []
    for number, line in numbered_lines(table_text(content)):
        try:
            values = next(csv.reader([line], delimiter=";", strict=True))
        except csv.Error:
            raise FileUnreadable("Файл не прочитан.", {number: "кавычки не закрыты."}) from None
        rows.append((number, [value.strip() for value in values]))
    if len(rows) > MOST_DOCUMENTS + _HEAD_ROWS:
        raise FileUnreadable(f"В файле больше {MOST_DOCUMENTS} строк: разделите период.")
    return rows


def _balances(row: int, values: Sequence[str], faults: Faults) -> Statement | None:
    if len(values) != len(BALANCES):
        faults.add(row, f"нужно {len(BALANCES)} столбцов.")
        return None
    account = faults.account(row, values[0])
    since, until = faults.day(row, values[1]), faults.day(row, values[2])
    opening, closing = faults.money(row, values[3]), faults.money(row, values[4])
    if account is None or since is None or until is None or opening is None or closing is None:
        return None
    if until < since:
        faults.add(row, "конец периода раньше начала.")
        return None
    return Statement(account, since, until, opening, closing, ())


def _document(row: int, values: Sequence[str], head: Statement, faults: Faults) -> StatementLine | None:
    if len(values) != len(DOCUMENTS):
        faults.add(row, f"нужно {len(DOCUMENTS)} столбцов.")
        return None
    number, booked_on = faults.number(row, values[0]), faults.day(row, values[1])
    came, went = values[2], values[3]
    if bool(came) == bool(went):
        faults.add(row, "сумма должна стоять в одном из столбцов «Поступило» и «Списано».")
        return None
    amount = faults.amount(row, came or went)
    if number is None or booked_on is None or amount is None:
        return None
    if not head.since <= booked_on <= head.until:
        faults.add(row, "документ проведён не в периоде выписки.")
        return None
    return StatementLine(
        row=row,
        number=number,
        booked_on=booked_on,
        incoming=bool(came),
        amount=amount,
        counterparty_account=account_or_none(values[4]),
        counterparty_inn=inn_or_none(values[5]),
        counterparty_name=values[6][:LONGEST_LINE],
        purpose=values[7],
    )


def _registry_line(row: int, values: Sequence[str], faults: Faults) -> RegistryLine | None:
    if len(values) != len(REGISTRY):
        faults.add(row, f"нужно {len(REGISTRY)} столбцов.")
        return None
    terminal, operation, payment_id, order_id, kind, amount, charge, occurred_at = values
    moment = moment_or_none(occurred_at)
    if (
        not _TERMINAL.fullmatch(terminal)
        or not ID.fullmatch(operation)
        or not ID.fullmatch(payment_id or "-")
    ):
        faults.add(row, "нужны терминал и номера операции и платежа.")
    elif kind not in set(RegistryKind):
        faults.add(row, "вид операции — payment, refund или charge.")
    elif not KOPECKS.fullmatch(amount) or not KOPECKS.fullmatch(charge):
        faults.add(row, "суммы — целое число копеек.")
    elif moment is None:
        faults.add(row, "нужно время с часовым поясом, например 2026-11-24T10:00:00Z.")
    else:
        return RegistryLine(
            operation_id=operation,
            kind=RegistryKind(kind),
            payment_id=payment_id or None,
            order_id=order_id[:64] or None,
            amount=Money(int(amount)),
            charge=Money(int(charge)),
            occurred_at=moment,
        )
    return None


def moment_or_none(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)
