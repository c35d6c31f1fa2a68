"""From when on a difference needs a person."""

from functools import cache
from typing import NamedTuple

from shared.config import environment as env


class ReconciliationSettings(NamedTuple):
    #: a difference in money above it opens a task
    task_above_kopecks: int
    #: a provider brings a day's money within so many days
    settled_within_days: int
    #: money that fits nothing may wait so long
    suspense_days: int
    #: an outcome that nobody knows may stay so long
    unknown_hours: int


@cache
def load() -> ReconciliationSettings:
    return ReconciliationSettings(
        task_above_kopecks=env.integer("RECONCILIATION_TASK_ABOVE_KOPECKS", 0, high=10**9),
        settled_within_days=env.integer("RECONCILIATION_SETTLED_WITHIN_DAYS", 3, low=1, high=30),
        suspense_days=env.integer("RECONCILIATION_SUSPENSE_DAYS", 3, high=365),
        unknown_hours=env.integer("RECONCILIATION_UNKNOWN_HOURS", 24, low=1, high=720),
    )
