"""The clock is read at the edge and passed in; the Moscow calendar is used where law or bank means it."""

from datetime import UTC, date, datetime, time, timedelta, timezone

MOSCOW = timezone(timedelta(hours=3), "MSK")  # no daylight saving since 2014; no tz database in the layer


def utc_now() -> datetime:
    return datetime.now(UTC)


def moscow_date(moment: datetime) -> date:
    """The calendar day in Moscow of an aware moment.

    :raises ValueError: the moment has no zone
    """
    return _aware(moment).astimezone(MOSCOW).date()


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with a Z.

    :raises ValueError: the moment has no zone
    """
    return _aware(moment).astimezone(UTC).isoformat().replace("+00:00", "Z")


def moscow_midnight(day: date) -> datetime:
    """The moment at which a day begins in Moscow."""
    return datetime.combine(day, time.min, MOSCOW)


def _aware(moment: datetime) -> datetime:
    # astimezone would take the machine's own zone for a missing one.
    if moment.tzinfo is None:
        raise ValueError("a time without a zone names no moment")
    return moment
