"""Driving the tasks for the tax service: send, keep the message's id, poll; nothing is sent under a new operation id.

Every call is made with no transaction open. A run that dies leaves a task that the next run takes up: queued, it is
sent again and recognised by its operation id; sent, it is polled.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.observability import checkpoints, log
from shared.ports.tax import TaxReceipts, TaxUnavailable
from shared.receipts import answers
from shared.receipts.answers import LIVE, Step
from shared.receipts.messages import NothingToTell, message_of
from shared.receipts.npd_models import NpdTask, NpdTaskStatus

#: A run takes two batches, and its time must be enough for both.
BATCH: Final = 20
#: An answer is usually there within seconds: one run mostly finishes what it began.
ROUNDS: Final = 6
PAUSE_SECONDS: Final = 0.5
_LEASE: Final = timedelta(minutes=2)


class Issuer(NamedTuple):
    """One run's means; ``pause`` waits so many seconds between polls."""

    transactions: Transactions
    tax: TaxReceipts
    now: datetime
    pause: Callable[[float], None] = time.sleep

    def issue_due(self) -> dict[str, int]:
        """Take each due task as far as the service lets; counts by outcome. Two runs at once share the work.

        A binding that was accepted is asked about in the same run.
        """
        counts: Counter[str] = Counter()
        for _ in range(2):
            for task_id in self._lease():
                counts[self._attend(task_id)] += 1
        return dict(counts)

    def _attend(self, task_id: UUID) -> str:
        try:
            return self._drive(task_id)
        except Exception as error:  # noqa: BLE001 -- what is wrong with one task must not stop the rest
            log.surprise("npd_task_not_driven", error)
            return self._put_off(task_id)

    def _put_off(self, task_id: UUID) -> str:
        """So that it isn't first for ever; whoever holds its row decides himself."""
        log.error("npd_task_put_off", task_id=str(task_id))
        with self.transactions() as session:
            free = session.scalars(
                select(NpdTask.id).where(NpdTask.id == task_id).with_for_update(skip_locked=True)
            ).one_or_none()
            if free is not None:
                answers.wait(session, task_id, now=self.now)
        return "error"

    def _lease(self) -> Sequence[UUID]:
        with self.transactions() as session:
            due = session.scalars(
                select(NpdTask)
                .where(NpdTask.status.in_(LIVE), NpdTask.next_at <= self.now)
                .order_by(NpdTask.next_at, NpdTask.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            for task in due:
                task.next_at = self.now + _LEASE
            return [task.id for task in due]

    def _drive(self, task_id: UUID) -> str:
        step = Step(go_on=True, outcome="leased")
        for turn in range(ROUNDS):
            if turn and step.outcome == "processing":
                self.pause(PAUSE_SECONDS)
            try:
                step = self._once(task_id)
            except TaxUnavailable:
                return self._wait(task_id, "no_answer")
            if not step.go_on:
                return step.outcome
        return self._wait(task_id, step.outcome)

    def _once(self, task_id: UUID) -> Step:
        with self.transactions() as session:
            task = session.get_one(NpdTask, task_id)
            status, message_id = task.status, task.message_id
        if status is NpdTaskStatus.QUEUED:
            return self._send(task_id)
        if message_id is None or status is not NpdTaskStatus.SENT:
            return Step(go_on=False, outcome=status)
        answer = self.tax.poll(message_id)
        checkpoints.reached("receipts_issue.polled")
        with self.transactions() as session:
            return answers.apply(session, task_id, answer, now=self.now)

    def _send(self, task_id: UUID) -> Step:
        try:
            with self.transactions() as session:
                send = message_of(session, answers.locked(session, task_id), now=self.now)
        except NothingToTell as cause:
            return self._stop(task_id, cause.code)
        try:
            message_id = send(self.tax)
        except ValueError:
            # The adapter refuses what breaks the service's schema: it never left.
            return self._stop(task_id, "INVALID_MESSAGE")
        checkpoints.reached("receipts_issue.sent")
        with self.transactions() as session:
            _keep(session, task_id, message_id)
        checkpoints.reached("receipts_issue.kept")
        return Step(go_on=True, outcome="sent")

    def _stop(self, task_id: UUID, code: str) -> Step:
        with self.transactions() as session:
            return answers.stop(session, task_id, code, now=self.now)

    def _wait(self, task_id: UUID, outcome: str) -> str:
        with self.transactions() as session:
            answers.wait(session, task_id, now=self.now)
        return outcome


def _keep(session: Session, task_id: UUID, message_id: str) -> None:
    task = answers.locked(session, task_id)
    if task.status is NpdTaskStatus.QUEUED:
        task.status = NpdTaskStatus.SENT
        task.message_id = message_id
