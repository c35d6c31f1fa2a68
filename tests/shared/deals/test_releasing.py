from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.deals.models import DealTerms, PaymentStep
from shared.deals.releasing import release_due_at, silence_ends
from shared.deals.words import ReleaseRule

PAID = datetime(2026, 11, 24, 10, tzinfo=UTC)


def due(rule: ReleaseRule, *, hold_days: int = 3, **facts: Any) -> datetime | None:
    step = PaymentStep(release_rule=rule, **{"paid_at": PAID, **facts})
    return release_due_at(step, DealTerms(hold_days=hold_days))


class TestDue:
    @pytest.mark.parametrize("rule", list(ReleaseRule))
    def test_is_nothing_that_is_not_paid(self, rule: ReleaseRule) -> None:
        facts: dict[str, Any] = {"paid_at": None, "accepted_at": PAID, "due_on": date(2026, 11, 1)}

        assert due(rule, **facts) is None

    def test_is_a_payment_after_its_hold_days(self) -> None:
        assert due(ReleaseRule.IMMEDIATE) == PAID + timedelta(days=3)

    def test_is_a_dated_step_the_hold_days_after_its_day_began_in_moscow(self) -> None:
        assert due(ReleaseRule.DATE, due_on=date(2026, 12, 1)) == datetime(2026, 12, 3, 21, tzinfo=UTC)

    def test_is_a_dated_step_that_was_paid_late_the_hold_days_after_payment(self) -> None:
        assert due(ReleaseRule.DATE, due_on=date(2026, 11, 1)) == PAID + timedelta(days=3)

    @pytest.mark.parametrize("rule", [ReleaseRule.MILESTONE, ReleaseRule.ACT])
    def test_waits_for_the_acceptance_and_then_for_nothing(self, rule: ReleaseRule) -> None:
        accepted = PAID + timedelta(days=40)

        assert due(rule) is None
        assert due(rule, accepted_at=accepted) == accepted
        assert due(rule, accepted_at=PAID - timedelta(days=40)) == PAID


class TestSilence:
    def test_ends_with_the_last_day_in_moscow_and_the_notices_day_is_not_counted(self) -> None:
        noticed = datetime(2026, 11, 24, 20, 59, tzinfo=UTC)  # 23:59 in Moscow

        assert silence_ends(noticed, 5) == datetime(2026, 11, 29, 21, tzinfo=UTC)

    def test_of_a_notice_after_midnight_in_moscow_ends_a_day_later(self) -> None:
        noticed = datetime(2026, 11, 24, 21, 1, tzinfo=UTC)

        assert silence_ends(noticed, 5) == datetime(2026, 11, 30, 21, tzinfo=UTC)
