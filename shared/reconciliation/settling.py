"""Which days of a registry a settlement brought: those whose nets make up its sum, to the kopeck where it can be."""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.kernel.money import Money, total
from shared.reconciliation.registry_models import RegistryDay
from shared.reconciliation.statement_models import BankLine, LineMeaning


class Settlement(NamedTuple):
    line_id: UUID
    terminal: str
    expected: Money
    came: Money


def assign(session: Session, terminal: str) -> None:
    """Give every settlement that has no days its days, oldest first."""
    for line in _without_days(session, terminal):
        days = _open_days(session, terminal, until=line.booked_on)
        first, last = chosen([day.net for day in days], line.amount_kopecks)
        for day in days[first:last]:
            day.settled_by = line.id
        session.flush()


def settlements(session: Session) -> list[Settlement]:
    """Every settlement that came, with what the registry says that it should have been; nothing where no day fits."""
    lines = session.scalars(
        select(BankLine).where(BankLine.meaning == LineMeaning.PROVIDER_SETTLED).order_by(BankLine.booked_on)
    ).all()
    nets: dict[UUID, Money] = {}
    for day in session.scalars(select(RegistryDay).where(RegistryDay.settled_by.is_not(None))):
        if day.settled_by is not None:
            nets[day.settled_by] = nets.get(day.settled_by, Money.zero()) + day.net
    return [
        Settlement(line.id, line.terminal or "", nets.get(line.id, Money.zero()), line.amount_kopecks)
        for line in lines
    ]


def unsettled(session: Session, terminal: str) -> list[RegistryDay]:
    """Days whose money has not come, oldest first."""
    return _open_days(session, terminal, until=None)


def chosen(nets: Sequence[Money], amount: Money) -> tuple[int, int]:
    """Which of these days, oldest first, a settlement pays: from the first (included) to the last (excluded).

    The first run of days that makes exactly the amount; else the run from the oldest whose sum is nearest to it, so that
    a settlement that is short leaves no day behind.
    """
    for first in range(len(nets)):
        for count, reached in enumerate(accumulate(net.kopecks for net in nets[first:]), start=1):
            if reached == amount.kopecks:
                return first, first + count
    sums = [total(list(nets[:count])) for count in range(1, len(nets) + 1)]
    if not sums:
        return 0, 0
    nearest = min(range(len(sums)), key=lambda place: abs(sums[place].kopecks - amount.kopecks))
    return 0, nearest + 1


def _without_days(session: Session, terminal: str) -> Sequence[BankLine]:
    return session.scalars(
        select(BankLine)
        .where(
            BankLine.meaning == LineMeaning.PROVIDER_SETTLED,
            BankLine.terminal == terminal,
            ~exists().where(RegistryDay.settled_by == BankLine.id),
        )
        .order_by(BankLine.booked_on, BankLine.id)
    ).all()


def _open_days(session: Session, terminal: str, *, until: date | None) -> list[RegistryDay]:
    found = select(RegistryDay).where(RegistryDay.terminal == terminal, RegistryDay.settled_by.is_(None))
    if until is not None:
        found = found.where(RegistryDay.day <= until)
    days = session.scalars(found.order_by(RegistryDay.day).with_for_update()).all()
    return [day for day in days if day.net != Money.zero()]
