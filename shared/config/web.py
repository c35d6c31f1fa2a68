import re
from functools import cache
from typing import Final, NamedTuple

from shared.config import environment as env

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
_THIS_MACHINE: Final = re.compile(r"//(localhost|[a-z0-9.-]*\.localhost|127\.|0\.0\.0\.0|\[)")


class WebSettings(NamedTuple):
    #: the address that people see, without a trailing slash: links and QR codes start with it
    public_url: str
    cors_origins: tuple[str, ...]
    body_limit_bytes: int


@cache
def load() -> WebSettings:
    return WebSettings(
        public_url=env.https_in_production("HOUSLER_PUBLIC_URL", env.text("HOUSLER_PUBLIC_URL")).rstrip("/"),
        cors_origins=tuple(_origins("HOUSLER_CORS_ORIGINS")),
        body_limit_bytes=env.integer("HOUSLER_BODY_LIMIT_BYTES", 65_536, low=1_024, high=6_291_456),
    )


def _origins(name: str) -> list[str]:
    """A list with commas, each as a browser writes it: scheme and host in lower case, no path."""
    origins = [each.strip() for each in (env.optional(name) or "").split(",") if each.strip()]
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise env.SettingsError(f"{name} must hold origins such as https://lk.example.ru")
        env.https_in_production(name, origin)
        if env.is_production() and _THIS_MACHINE.search(origin):
            raise env.SettingsError(f"{name} must not name this machine in production")
    return origins
