from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared.kernel.clock import iso, moscow_date, moscow_midnight, utc_now


class TestTheClock:
    def test_is_aware_and_in_utc(self) -> None:
        assert utc_now().tzinfo is UTC

    def test_moscow_begins_its_day_three_hours_earlier(self) -> None:
        assert moscow_date(datetime(2026, 11, 24, 20, 59, 59, tzinfo=UTC)) == date(2026, 11, 24)
        assert moscow_date(datetime(2026, 11, 24, 21, 0, tzinfo=UTC)) == date(2026, 11, 25)

    def test_moscow_midnight_is_a_moment(self) -> None:
        assert moscow_midnight(date(2026, 1, 1)) == datetime(2025, 12, 31, 21, 0, tzinfo=UTC)

    def test_moments_are_written_in_utc(self) -> None:
        noon = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=3)))

        assert iso(noon) == "2026-11-24T09:00:00Z"

    @pytest.mark.parametrize("reading", [iso, moscow_date])
    def test_a_time_without_a_zone_is_no_moment(self, reading: object) -> None:
        naive = datetime(2026, 11, 24)  # noqa: DTZ001 -- the very mistake

        with pytest.raises(ValueError, match="zone"):
            reading(naive)  # type: ignore[operator]
