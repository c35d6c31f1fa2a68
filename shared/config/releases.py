from functools import cache
from typing import NamedTuple

from shared.config import environment as env
from shared.kernel.money import Money


class ReleaseSettings(NamedTuple):
    #: the most that one member of staff releases by his own decision
    alone_up_to: Money


@cache
def load() -> ReleaseSettings:
    return ReleaseSettings(
        Money(env.integer("RELEASE_ALONE_UP_TO_KOPECKS", 100_000_00, high=10**12)),
    )
