"""What crediting a payment costs: every statement is a flight to the database, and the payer's agent waits for them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from shared.db import session as db
from shared.deals.models import StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.payments import PaymentState
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, hear
from tests.shared.payments.world import a_cast, step_of

#: find and lock; inbox; payment, splits, posting; step, intent; audit
_STATEMENTS = 8


@contextmanager
def statements() -> Iterator[list[str]]:
    sent: list[str] = []
    engine = db._engine()

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


class TestCrediting:
    @pytest.mark.parametrize(("step_no", "most"), [(1, _STATEMENTS + 1), (2, _STATEMENTS)])
    def test_takes_few_statements(self, bank: FakeCollector, step_no: int, most: int) -> None:
        cast = a_cast(steps=[Money(100_00), Money(200_00)])
        for number in range(1, step_no + 1):
            intent = ask_for_link(bank, cast, number)
            known = bank.payments[intent.provider_payment_id or ""]
            paid = known._replace(state=PaymentState.SUCCEEDED, raw_status="x", captured_at=utc_now())
            bank.payments[known.provider_id] = paid
            with statements() as sent:
                hear(bank, known.provider_id)

        assert step_of(cast.deal_id, step_no).status is StepStatus.PAID
        assert len(sent) <= most, sent
