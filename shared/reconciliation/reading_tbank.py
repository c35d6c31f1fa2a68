"""Reading T-Bank's registry of a terminal's day: CSV with ``;``, a line for each payment and each finished refund.

Sums are whole kopecks, what was paid back is negative; ``refund_id`` is our own id that the refund was asked for under,
empty for one that was made in the bank's cabinet.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from shared.kernel.money import Money
from shared.ports.registry import RegistryKind, RegistryLine
from shared.reconciliation.errors import FileUnreadable, TerminalUnknown
from shared.reconciliation.reading_tables import ID, moment_or_none, rows_of
from shared.reconciliation.statement import Faults

COLUMNS: Final = (
    "terminal_key",
    "operation",
    "payment_id",
    "order_id",
    "refund_id",
    "operation_at",
    "amount_kopecks",
    "charge_kopecks",
    "net_kopecks",
    "deal_id",
)
_SIGNED: Final = re.compile(r"-?[0-9]{1,15}")
_OPERATIONS: Final = {"payment": RegistryKind.PAYMENT, "refund": RegistryKind.REFUND}


def is_one(content: bytes) -> bool:
    return content.removeprefix(b"\xef\xbb\xbf").startswith(b"terminal_key;")


def read(content: bytes, names: Mapping[str, str]) -> dict[str, list[RegistryLine]]:
    """A registry's lines by terminal.

    :param names: a terminal's key at the bank → its name here
    :raises FileUnreadable: not such a file; every bad line is named
    :raises TerminalUnknown: a key that nobody has
    """
    rows = rows_of(content)
    if not rows or tuple(rows[0][1]) != COLUMNS:
        raise FileUnreadable(f"Нужны столбцы: «{';'.join(COLUMNS)}».")
    faults = Faults()
    found: dict[str, list[RegistryLine]] = {}
    seen: set[tuple[str, RegistryKind, str]] = set()
    told: set[tuple[str, ...]] = set()
    for row, values in rows[1:]:
        line = _line(row, values, faults)
        if line is None:
            continue
        if values[0] not in names:
            raise TerminalUnknown(values[0][:32])
        identity = (values[0], line.kind, line.operation_id)
        if identity in seen and line.kind is RegistryKind.REFUND:
            # A bank that heeds no ids of ours may pay a refund back twice: the second is an operation that nobody knows.
            line = line._replace(operation_id=f"{line.operation_id}.{values[5]}")
            identity = (values[0], line.kind, line.operation_id)
        if identity in seen or tuple(values) in told:
            faults.add(row, "эта операция в реестре уже была.")
        seen.add(identity)
        told.add(tuple(values))
        found.setdefault(names[values[0]], []).append(line)
    faults.refuse()
    return found


def _line(row: int, values: Sequence[str], faults: Faults) -> RegistryLine | None:
    if len(values) != len(COLUMNS):
        faults.add(row, f"нужно {len(COLUMNS)} столбцов.")
        return None
    _key, operation, payment_id, order_id, refund_id, at, amount, charge, net, deal_id = values
    kind, moment = _OPERATIONS.get(operation), moment_or_none(at)
    if kind is None:
        faults.add(row, "вид операции — payment или refund.")
    elif (
        not ID.fullmatch(payment_id) or not ID.fullmatch(refund_id or "-") or not ID.fullmatch(deal_id or "-")
    ):
        faults.add(row, "нужны номера платежа, возврата и сделки.")
    elif moment is None:
        faults.add(row, "нужно время с часовым поясом, например 2026-11-24T10:00:00Z.")
    elif not all(_SIGNED.fullmatch(each) for each in (amount, charge, net)) or int(charge) < 0:
        faults.add(row, "суммы — целое число копеек.")
    elif int(amount) - int(charge) != int(net) or (int(amount) > 0) != (kind is RegistryKind.PAYMENT):
        faults.add(row, "суммы строки противоречат друг другу.")
    else:
        return RegistryLine(
            operation_id=payment_id if kind is RegistryKind.PAYMENT else refund_id or f"{payment_id}.{at}",
            kind=kind,
            payment_id=payment_id,
            order_id=order_id[:64] or None,
            amount=Money(abs(int(amount))),
            charge=Money(int(charge)),
            occurred_at=moment,
            bank_deal=deal_id or None,
        )
    return None
