from datetime import timedelta

from sqlalchemy.orm import Session

from shared.desk import failures
from shared.desk.failures import Failure
from shared.kernel.clock import utc_now

NOW = utc_now()


class TestNotes:
    def test_say_why_the_last_try_failed(self, app: Session) -> None:
        for reason in ("OutcomeUnknown", "OutcomeUnknown", "KeyError"):
            failures.note(app, queue="jobs", message_id="m", reason=reason, now=NOW)

        assert failures.of(app, queue="jobs", message_ids=["m", "n"]) == {"m": Failure("KeyError", 3)}

    def test_are_of_one_queue(self, app: Session) -> None:
        failures.note(app, queue="jobs", message_id="m", reason="KeyError", now=NOW)

        assert failures.of(app, queue="render", message_ids=["m"]) == {}

    def test_go_when_no_queue_can_hold_the_message_any_more(self, app: Session) -> None:
        for days in (31, 31, 29):
            failures.note(
                app, queue="jobs", message_id=f"m-{days}", reason="KeyError", now=NOW - timedelta(days=days)
            )

        assert failures.purge(app, limit=10, now=NOW) == 1
        assert set(failures.of(app, queue="jobs", message_ids=["m-31", "m-29"])) == {"m-29"}
