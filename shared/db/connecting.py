"""Opening a connection to PostgreSQL: the socket, TLS, and what the server is told about time-outs."""

# mypy: disallow-untyped-calls = false
# pg8000 carries no types of its own.

import socket
import ssl
from functools import cache

from pg8000.legacy import InterfaceError

from shared.config.database import DatabaseSettings
from shared.db.driver import Connection

_SPARE_SECONDS = 5


def connect(settings: DatabaseSettings, *, read_only: bool = False) -> Connection:
    """Open a connection over a socket of our own.

    :param read_only: the server refuses whatever writes

    Without TCP_NODELAY every larger message waits some 40 ms for the other side's delayed acknowledgement.

    :raises pg8000.InterfaceError: the server can't be reached
    """
    try:
        line = socket.create_connection((settings.host, settings.port), settings.connect_timeout_seconds)
    except OSError as error:
        raise InterfaceError("network error") from error
    try:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection = Connection(
            settings.user,
            host=settings.host,
            database=settings.database,
            password=settings.password,
            application_name="housler",
            sock=line,
            ssl_context=_tls_context(settings.tls_mode, settings.tls_ca_file),
            startup_params={
                "statement_timeout": str(settings.statement_timeout_ms),
                "lock_timeout": str(settings.lock_timeout_ms),
                "idle_in_transaction_session_timeout": str(settings.idle_in_transaction_timeout_ms),
                "TimeZone": "UTC",
                "default_transaction_read_only": "on" if read_only else "off",
            },
        )
    except OSError as error:
        line.close()
        raise InterfaceError("network error") from error
    except BaseException:
        line.close()
        raise
    # The server ends a statement first; this only notices a dead network.
    connection._usock.settimeout(settings.statement_timeout_ms / 1000 + _SPARE_SECONDS)  # noqa: SLF001
    return connection


@cache
def _tls_context(mode: str, ca_file: str | None) -> ssl.SSLContext | bool:
    """One context per process: loading the authorities costs 20 ms of CPU. False means no TLS."""
    if mode == "disable":
        return False
    context = ssl.create_default_context(cafile=ca_file)
    if mode == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
