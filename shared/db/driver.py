"""pg8000 as this system needs it: one flight per statement, no personal data in errors, broken lines recognised.

A parametrised statement costs stock pg8000 three round trips (parse, describe, bind and execute), and one more if it
begins a transaction; here all messages leave in one write and the answers are read once. What comes again is prepared
(``prepared``). ``execute_unnamed`` is a semi-private method of pg8000 1.31: ``tests/shared/db/test_driver.py`` counts the
trips and would notice another protocol.
"""

# mypy: disallow-untyped-calls = false
# pg8000 carries no types of its own.

import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, BinaryIO, Final

from pg8000.converters import TIMESTAMPTZ, make_params, timestamptz_in
from pg8000.core import (
    BIND,
    CLOSE,
    DESCRIBE,
    EXECUTE_MSG,
    NULL_BYTE,
    PARSE,
    STATEMENT,
    SYNC_MSG,
    Context,
    H_pack,
    _flush,
    _write,
    i_pack,
)
from pg8000.dbapi import convert_paramstyle
from pg8000.legacy import Connection as StockConnection
from pg8000.legacy import Cursor as StockCursor
from pg8000.legacy import DatabaseError, IntegrityError, InterfaceError, ProgrammingError

from shared.config.database import DatabaseSettings
from shared.db.prepared import Key, Prepared, Statements, is_stale

#: Fields of a server's error that quote row values: detail, context, the internal query.
_QUOTING_FIELDS = ("D", "W", "q")
_SPARE_SECONDS = 5
#: By SQLSTATE, as stock pg8000 raises them; all others are programming errors.
_ERRORS: Final[dict[str, type[Exception]]] = {"28000": InterfaceError, "23505": IntegrityError}


class Cursor(StockCursor):
    """Sends a statement with parameters in one flight, together with the BEGIN before it.

    Stock pg8000 would scan the text of the statement for parameters at every call, character by character.
    """

    def execute(
        self, operation: str, args: Sequence[object] = (), stream: BinaryIO | None = None
    ) -> StockCursor:
        connection = self._c
        if not args or stream is not None or self.paramstyle != "format" or not _is_open(connection):
            cursor: StockCursor = super().execute(operation, args, stream)
            return cursor
        begins: bool = not connection.in_transaction and not connection.autocommit
        try:
            self._context = connection.execute_unnamed(
                _numbered(operation), args, self._input_oids, begins=begins
            )
        except DatabaseError as error:
            fields = error.args[0]
            kind = (
                _ERRORS.get(fields["C"], ProgrammingError) if isinstance(fields, dict) else ProgrammingError
            )
            raise kind(fields) from error
        self._row_iter = iter(self._context.rows or [])
        self._input_oids = ()
        return self


class Connection(StockConnection):
    def __init__(self, *arguments: object, **named: object) -> None:
        self._statements = Statements()
        super().__init__(*arguments, **named)
        self.register_in_adapter(TIMESTAMPTZ, _moment)

    def cursor(self) -> Cursor:
        return Cursor(self)

    @property
    def in_transaction(self) -> bool:
        found: bool = self._in_transaction
        return found

    @property
    def line(self) -> socket.socket:
        """The socket, to wait on."""
        found: socket.socket = self._usock
        return found

    def answers(self) -> bool:
        """Whether the server says anything; a round trip."""
        try:
            self.execute_simple("")
        except (InterfaceError, DatabaseError):
            return False
        return True

    def execute_unnamed(
        self,
        statement: str,
        vals: Sequence[object] = (),
        oids: Sequence[int] = (),
        stream: BinaryIO | None = None,
        *,
        begins: bool = False,
    ) -> Context:
        """:param begins: in a new transaction, whose BEGIN travels with the statement"""
        if stream is not None:
            copied: Context = super().execute_unnamed(statement, vals=vals, oids=oids, stream=stream)
            return copied
        key = (statement, tuple(oids))
        prepared = self._statements.find(key)
        if prepared is None:
            return self._first(key, vals, begins=begins)
        context = Context(statement, columns=prepared.columns, input_funcs=prepared.readings)
        try:
            self._fly(self._bound(prepared.name, vals), context, begins=begins)
        except DatabaseError as error:
            if not is_stale(error.args[0]):
                raise
            self._statements.forget(key)
            if self._in_transaction and not begins:
                raise
            if begins:
                self.execute_simple("rollback")
            return self._first(key, vals, begins=begins)
        return context

    def _first(self, key: Key, vals: Sequence[object], *, begins: bool) -> Context:
        """Parsed and described; kept by the server if it came before."""
        statement, oids = key
        context, name = Context(statement), self._statements.name_for(key)
        called = NULL_BYTE if name is None else name
        words = [called, statement.encode(self._client_encoding), NULL_BYTE, H_pack(len(oids))]
        words += [i_pack(0 if oid == -1 else oid) for oid in oids]
        messages = _message(PARSE, *words), self._bound(called, vals, described=True)
        try:
            self._fly(b"".join(messages), context, begins=begins)
        except DatabaseError:
            if name is not None:
                self._statements.drop(name)
            raise
        if name is not None:
            self._statements.keep(key, Prepared(name, context.columns, context.input_funcs))
        return context

    def _bound(self, name: bytes, vals: Sequence[object], *, described: bool = False) -> bytes:
        values = make_params(self.py_types, vals)
        words = [NULL_BYTE, name, H_pack(0), H_pack(len(values))]
        for value in values:
            if value is None:
                words.append(_NULL)
            else:
                text = value.encode(self._client_encoding)
                words += (i_pack(len(text)), text)
        asked = _DESCRIBE_PORTAL if described else b""
        return b"".join([_message(BIND, *words, H_pack(0)), asked, EXECUTE_MSG])

    def _fly(self, messages: bytes, context: Context, *, begins: bool) -> None:
        """One write, and the answers; what the server is to forget travels along."""
        closing = [_message(CLOSE, STATEMENT, name) for name in self._statements.to_close()]
        _write(self._sock, b"".join([*closing, _BEGIN if begins else b"", messages, SYNC_MSG]))
        _flush(self._sock)
        self.handle_messages(context)

    def handle_messages(self, context: Context) -> None:
        try:
            super().handle_messages(context)
        except OSError as error:
            # Stock pg8000 lets a time-out of the first read through, and the pool would keep the dead line.
            raise InterfaceError("network error") from error

    def handle_ERROR_RESPONSE(self, data: bytes, context: Context) -> None:  # noqa: N802 -- pg8000's name
        super().handle_ERROR_RESPONSE(data, context)
        fields: dict[str, str] = context.error.args[0]  # type: ignore[union-attr]  # set by the line above
        for key in _QUOTING_FIELDS:
            fields.pop(key, None)


def _message(code: bytes, *words: bytes) -> bytes:
    body = b"".join(words)
    sized: bytes = code + i_pack(len(body) + 4) + body
    return sized


_NULL: Final = i_pack(-1)
#: in the extended protocol too, so that the server answers once for it and for the statement after it
_BEGIN: Final = b"".join(
    (
        _message(PARSE, NULL_BYTE, b"begin transaction", NULL_BYTE, H_pack(0)),
        _message(BIND, NULL_BYTE, NULL_BYTE, H_pack(0), H_pack(0), H_pack(0)),
        EXECUTE_MSG,
    )
)
_DESCRIBE_PORTAL: Final = _message(DESCRIBE, b"P", NULL_BYTE)


def _moment(text: str) -> datetime | str:
    """A ``timestamptz``; stock pg8000 goes by ``strptime``, which costs ten times as much."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # infinity, years that Python doesn't know
        found: datetime | str = timestamptz_in(text)
        return found


@lru_cache(maxsize=2_048)
def _numbered(statement: str) -> str:
    """The statement with ``$1`` for ``%s``."""
    numbered: str = convert_paramstyle("format", statement, ())[0]
    return numbered


def _is_open(connection: Any) -> bool:  # noqa: ANN401 -- None once the cursor is closed
    return connection is not None and connection._sock is not None  # noqa: SLF001 -- pg8000's own


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
