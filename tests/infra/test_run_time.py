"""A run's time is enough for all that it takes on, even if every call to the outside ends in silence."""

from typing import Final

import pytest

from infra.plan import plan
from shared.events.queue import QueueOperation
from shared.payments import polling
from shared.payouts import release, sending
from shared.receipts import issuing

TIMEOUTS: Final = {each.function.name: each.timeout_seconds for each in plan().functions}
#: to connect, and of silence while the answer is awaited (shared.config.yookassa)
CALL_SECONDS: Final = 3 + 15


class TestRunTime:
    @pytest.mark.parametrize(
        ("function", "calls"),
        [
            ("schedules.payouts_send", sending.BATCH * 2),
            ("schedules.receipts_issue", issuing.BATCH * 2),
        ],
    )
    def test_is_enough_for_a_batch(self, function: str, calls: int) -> None:
        assert calls * CALL_SECONDS < TIMEOUTS[function]

    def test_is_enough_for_the_last_link_that_a_poll_asks_about(self) -> None:
        # One that is looked for, made and given its code: three calls.
        assert TIMEOUTS["schedules.intents_poll"] > polling.RUN_SECONDS + 3 * CALL_SECONDS

    def test_is_enough_for_steps_that_wait_for_locks(self) -> None:
        assert TIMEOUTS["schedules.steps_release"] > release.BATCH * 5

    def test_is_enough_for_a_batch_of_the_banks_messages(self) -> None:
        consumer = next(each for each in plan().functions if each.function.name == "queues.bank_events")

        operation = consumer.function.operation
        assert isinstance(operation, QueueOperation)
        assert operation.batch_size * CALL_SECONDS < consumer.timeout_seconds
