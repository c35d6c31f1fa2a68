import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.schedules.sms_balance.handler import app as check
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests import settings
from tests.builders.outside import Outbox

PLENTY, SHORT = 500_000, 99_999


@pytest.fixture(autouse=True)
def _account(sms: Outbox) -> Iterator[None]:
    yield
    sms.standin.post("balance", kopecks=PLENTY)
    sms.standin.post("limit", total=5000)


def reasons(session: Session) -> list[str]:
    rows = session.scalars(select(OperatorTask).where(OperatorTask.status == TaskStatus.OPEN))
    return sorted(f"{row.kind}:{row.reason}" for row in rows)


class TestCheckAccount:
    def test_says_nothing_while_all_is_well(self, app: Session) -> None:
        assert check({}, None) == {"short": 0, "silent": 0}
        assert reasons(app) == []

    def test_tells_an_operator_once_that_money_runs_out(self, app: Session, sms: Outbox) -> None:
        sms.standin.post("balance", kopecks=SHORT)

        assert [check({}, None)["short"] for _ in range(3)] == [1, 1, 1]

        assert reasons(app) == ["sms_account:balance_low"]

    def test_tells_again_when_the_task_was_settled_and_nothing_was_paid(
        self, app: Session, sms: Outbox
    ) -> None:
        sms.standin.post("balance", kopecks=SHORT)
        check({}, None)
        app.scalars(select(OperatorTask)).one().status = TaskStatus.DONE
        app.commit()

        check({}, None)

        assert reasons(app) == ["sms_account:balance_low"]

    def test_closes_nothing_by_itself(self, app: Session, sms: Outbox) -> None:
        sms.standin.post("balance", kopecks=SHORT)
        check({}, None)
        sms.standin.post("balance", kopecks=PLENTY)

        assert check({}, None)["short"] == 0
        assert reasons(app) == ["sms_account:balance_low"]

    def test_tells_that_the_days_limit_is_nearly_used(self, app: Session, sms: Outbox) -> None:
        sms.standin.post("limit", total=0)

        check({}, None)

        assert reasons(app) == ["sms_account:day_limit_near"]

    def test_has_an_alarm_of_ones_own_choice(self, app: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SMSRU_BALANCE_ALARM_KOPECKS", str(PLENTY + 1))
        settings.forget()

        assert check({}, None)["short"] == 1

    @pytest.mark.parametrize("operation", ["/my/balance", "/my/limit"])
    def test_lives_with_a_provider_that_is_silent(
        self, app: Session, sms: Outbox, operation: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sms.standin.post("faults", kind="drop_after", operation=operation)

        assert check({}, None) == {"short": 0, "silent": 1}

        assert reasons(app) == []
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line["level"] for line in lines if line["event"] == "sms_account_unknown"] == ["error"]
