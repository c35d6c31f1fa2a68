from dataclasses import dataclass
from functools import cache

from shared.config import environment as env


@dataclass(frozen=True, slots=True)
class WebSettings:
    #: the address that people see, without a trailing slash: links and QR codes start with it
    public_url: str
    cors_origins: tuple[str, ...]
    body_limit_bytes: int


@cache
def load() -> WebSettings:
    origins = tuple(o for o in (env.optional("HOUSLER_CORS_ORIGINS") or "").split(",") if o)
    if env.is_production() and any("localhost" in o or "127.0.0.1" in o for o in origins):
        raise env.SettingsError("HOUSLER_CORS_ORIGINS must not name this machine in production")
    return WebSettings(
        public_url=env.https_in_production("HOUSLER_PUBLIC_URL", env.text("HOUSLER_PUBLIC_URL")).rstrip("/"),
        cors_origins=origins,
        body_limit_bytes=env.integer("HOUSLER_BODY_LIMIT_BYTES", 65_536, low=1_024, high=6_291_456),
    )
