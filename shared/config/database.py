from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

from shared.config import environment as env

_SCHEMES = {"postgresql", "postgres", "postgresql+pg8000"}
_TLS_MODES = {"disable", "require", "verify-full"}


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """One PostgreSQL database as one role; times in milliseconds or seconds as named."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    #: ``disable`` | ``require`` (encrypted, server not checked) | ``verify-full``
    tls_mode: str
    #: one PEM file with the server's authority; None takes the system's
    tls_ca_file: str | None
    statement_timeout_ms: int
    lock_timeout_ms: int
    idle_in_transaction_timeout_ms: int
    connect_timeout_seconds: int


@cache
def load() -> DatabaseSettings:
    """The application role's database, from ``DATABASE_URL`` (``postgresql://user:password@host:port/name``
    with ``sslmode`` and ``sslrootcert`` as query parameters).

    :raises SettingsError: missing or malformed, or not ``sslmode=verify-full`` in production
    """
    return parse("DATABASE_URL", env.text("DATABASE_URL"))


def parse(name: str, url: str) -> DatabaseSettings:
    """Read the address in the variable ``name``; time-outs come from the environment.

    :raises SettingsError: names the variable, never its value
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise env.SettingsError(f"{name} is not an address") from None
    database = parts.path.removeprefix("/")
    if parts.scheme not in _SCHEMES or not (parts.hostname and parts.username and database):
        raise env.SettingsError(f"{name} must look like postgresql://user:password@host:port/database")
    query = parse_qs(parts.query)
    default_mode = "verify-full" if env.is_production() else "disable"
    tls_mode = query.get("sslmode", [default_mode])[-1]
    if tls_mode not in _TLS_MODES:
        raise env.SettingsError(f"{name}: sslmode must be one of {', '.join(sorted(_TLS_MODES))}")
    if env.is_production() and tls_mode != "verify-full":
        raise env.SettingsError(f"{name} must say sslmode=verify-full in production")
    return DatabaseSettings(
        host=parts.hostname,
        port=port,
        database=unquote(database),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        tls_mode=tls_mode,
        tls_ca_file=query.get("sslrootcert", [None])[-1],
        statement_timeout_ms=env.integer("DATABASE_STATEMENT_TIMEOUT_MS", 10_000, low=100, high=900_000),
        lock_timeout_ms=env.integer("DATABASE_LOCK_TIMEOUT_MS", 5_000, low=50, high=900_000),
        idle_in_transaction_timeout_ms=env.integer(
            "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS", 30_000, low=100, high=900_000
        ),
        connect_timeout_seconds=env.integer("DATABASE_CONNECT_TIMEOUT_SECONDS", 5, low=1, high=60),
    )
