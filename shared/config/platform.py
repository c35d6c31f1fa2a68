from functools import cache
from typing import NamedTuple

from shared.config import environment as env


class PlatformSettings(NamedTuple):
    """Who runs the platform and what it takes; contracts name it."""

    name: str
    inn: str
    fee_bps: int
    fee_min_kopecks: int


@cache
def load() -> PlatformSettings:
    return PlatformSettings(
        name=env.text("HOUSLER_PLATFORM_NAME"),
        inn=env.text("HOUSLER_PLATFORM_INN"),
        fee_bps=env.integer("HOUSLER_PLATFORM_FEE_BPS", 200, high=10_000),
        fee_min_kopecks=env.integer("HOUSLER_PLATFORM_FEE_MIN_KOPECKS", 0, high=10_000_000),
    )
