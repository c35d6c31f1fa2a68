"""What crediting a payment costs: every statement is a flight to the database, and the payer's agent waits for them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from shared.db import session as db
from shared.deals.models import StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payments.recording import PaymentConsequence
from shared.ports.payments import PaymentState
from shared.receipts import income
from shared.receipts.models import Receipt
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, hear, nothing_more
from tests.shared.payments.world import Cast, a_cast, count_of, step_of

#: find and lock; inbox; payment with its splits, step and intent; posting; audit
_STATEMENTS = 5
#: both its rows, and the payer's party
_OF_A_RECEIPT = 1


@contextmanager
def statements() -> Iterator[list[str]]:
    sent: list[str] = []
    engine = db._engine()

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def credit(
    bank: FakeCollector, cast: Cast, step_no: int, *, on_paid: PaymentConsequence = nothing_more
) -> list[str]:
    """Its statements; the provider doesn't say yet what it keeps."""
    known = bank.payments[ask_for_link(bank, cast, step_no).provider_payment_id or ""]
    bank.payments[known.provider_id] = known._replace(
        state=PaymentState.SUCCEEDED, raw_status="x", captured_at=utc_now()
    )
    with statements() as sent:
        hear(bank, known.provider_id, on_paid=on_paid)
    assert step_of(cast.deal_id, step_no).status is StepStatus.PAID
    return sent


class TestCrediting:
    @pytest.mark.parametrize(("step_no", "most"), [(1, _STATEMENTS + 1), (2, _STATEMENTS)])
    def test_takes_few_statements(self, bank: FakeCollector, step_no: int, most: int) -> None:
        cast = a_cast(steps=[Money(100_00), Money(200_00)])
        for number in range(1, step_no + 1):
            sent = credit(bank, cast, number)

        assert len(sent) <= most, sent

    def test_takes_few_more_to_plan_its_receipt(self, bank: FakeCollector) -> None:
        sent = credit(bank, a_cast(), 1, on_paid=income.of_payment)

        assert count_of(Receipt) == 1
        assert len(sent) <= _STATEMENTS + 1 + _OF_A_RECEIPT, sent
