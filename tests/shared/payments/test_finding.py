"""Whoever credits a payment locks deal, then step, then intent, and sees what was committed while he waited."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from shared.payments.models import PaymentIntent, PaymentStatus
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.own_connections import OwnConnections
from tests.shared.payments.steps import ask_for_link, hear, only_payment, task_reasons
from tests.shared.payments.world import Cast, a_cast

_TABLES = ["deals", "payment_schedules", "payment_intents"]
_PATIENCE_SECONDS = 20


@pytest.fixture
def cast(bank: FakeCollector) -> Cast:
    return a_cast()


@pytest.fixture
def intent(bank: FakeCollector, cast: Cast) -> PaymentIntent:
    made = ask_for_link(bank, cast)
    bank.pay(made.provider_payment_id or "")
    return made


def lock(connection: Connection, intent: PaymentIntent, table: str, *, wait: bool) -> None:
    row = dict(zip(_TABLES, (intent.deal_id, intent.schedule_id, intent.id), strict=True))[table]
    statement = f"SELECT 1 FROM {table} WHERE id = :id FOR UPDATE {'' if wait else 'NOWAIT'}"  # noqa: S608 -- our own words
    connection.execute(text(statement), {"id": row})


def is_locked(connection: Connection, intent: PaymentIntent, table: str) -> bool:
    try:
        lock(connection, intent, table, wait=False)
    except DBAPIError:
        return True
    finally:
        connection.rollback()
    return False


@contextmanager
def hearing(bank: FakeCollector, intent: PaymentIntent, watcher: Connection) -> Iterator[None]:
    """The message is at work, and waits for a lock; the block has to let it go."""
    thread = Thread(
        target=hear, args=(bank, intent.provider_payment_id), kwargs={"transactions": OwnConnections()}
    )
    thread.start()
    until = time.monotonic() + _PATIENCE_SECONDS
    while not watcher.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
        assert time.monotonic() < until, "it waits for nothing"
        watcher.rollback()
        time.sleep(0.01)
    watcher.rollback()
    yield
    thread.join(_PATIENCE_SECONDS)


class TestTheLocks:
    @pytest.mark.parametrize("place", range(3), ids=_TABLES)
    def test_are_taken_in_one_order(
        self, bank: FakeCollector, intent: PaymentIntent, connect: Callable[[str], Connection], place: int
    ) -> None:
        holder, watcher = connect("app"), connect("app")
        lock(holder, intent, _TABLES[place], wait=True)

        with hearing(bank, intent, watcher):
            locked = [table for table in _TABLES if is_locked(watcher, intent, table)]
            holder.rollback()

        assert locked == _TABLES[: place + 1]
        assert only_payment().status is PaymentStatus.RECEIVED

    def test_show_what_was_committed_while_they_were_waited_for(
        self, bank: FakeCollector, intent: PaymentIntent, connect: Callable[[str], Connection]
    ) -> None:
        holder, watcher = connect("app"), connect("app")
        lock(holder, intent, "deals", wait=True)

        with hearing(bank, intent, watcher):
            holder.execute(
                text("UPDATE payment_schedules SET status = 'paid', paid_at = now() WHERE id = :id"),
                {"id": intent.schedule_id},
            )
            holder.commit()

        assert only_payment().status is PaymentStatus.SUSPENSE
        assert task_reasons() == ["second_payment"]
