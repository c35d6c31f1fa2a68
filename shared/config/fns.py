from dataclasses import dataclass, field
from functools import cache

from shared.config import environment as env


@dataclass(frozen=True, slots=True)
class FnsSettings:
    """The partner platform of the tax service; both addresses come with the contract, so neither has a default."""

    auth_url: str
    smz_url: str
    master_token: str = field(repr=False)
    user_token: str = field(repr=False)
    timeout_seconds: int


@cache
def load() -> FnsSettings:
    return FnsSettings(
        auth_url=env.https_in_production("FNS_AUTH_URL", env.text("FNS_AUTH_URL")),
        smz_url=env.https_in_production("FNS_SMZ_URL", env.text("FNS_SMZ_URL")),
        master_token=env.text("FNS_MASTER_TOKEN"),
        user_token=env.text("FNS_USER_TOKEN"),
        timeout_seconds=env.integer("FNS_TIMEOUT_SECONDS", 10, low=1, high=25),
    )
