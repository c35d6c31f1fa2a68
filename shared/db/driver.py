"""pg8000 as this system needs it: one flight per statement, no personal data in errors, broken lines recognised.

A parametrised statement costs stock pg8000 three round trips (parse, describe, bind and execute), and one more if it
begins a transaction; here all messages leave in one write and the answers are read once (``flights``). What comes again
is prepared (``prepared``), and what nobody waits for goes with the next statement or with COMMIT (``send_later``).
``execute_unnamed`` is a semi-private method of pg8000 1.31: ``tests/shared/db/test_driver.py`` counts the trips and would
notice another protocol.
"""

# mypy: disallow-untyped-calls = false
# pg8000 carries no types of its own.

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, BinaryIO, Final

from pg8000.converters import TIMESTAMPTZ, make_params, timestamptz_in
from pg8000.core import READY_FOR_QUERY, SYNC_MSG, Context, _flush, _read, _write, ci_unpack
from pg8000.dbapi import convert_paramstyle
from pg8000.legacy import Connection as StockConnection
from pg8000.legacy import Cursor as StockCursor
from pg8000.legacy import DatabaseError, IntegrityError, InterfaceError, ProgrammingError

from shared.db.flights import BEGIN, ENDS, Call, Piece, closing, messages
from shared.db.prepared import Prepared, Statements, is_stale

#: Fields of a server's error that quote row values: detail, context, the internal query.
_QUOTING_FIELDS = ("D", "W", "q")
_GOING_BACK: Final = "ROLLBACK TO"
#: bytes of a message's length
_LENGTH: Final = 4
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
            if _is_open(connection):
                connection.settle(operation)
            cursor: StockCursor = super().execute(operation, args, stream)
            return cursor
        begins: bool = not connection.in_transaction and not connection.autocommit
        with _kinds():
            self._context = connection.execute_unnamed(
                _numbered(operation), args, self._input_oids, begins=begins
            )
        self._row_iter = iter(self._context.rows or [])
        self._input_oids = ()
        return self

    def send_later(self, operation: str, args: Sequence[object]) -> None:
        """As ``Connection.send_later``; the cursor has nothing to read."""
        self._c.send_later(operation, args, self._input_oids)
        self._context = Context(operation)
        self._input_oids = ()


class Connection(StockConnection):
    def __init__(self, *arguments: object, **named: object) -> None:
        self._statements = Statements()
        self._later: list[Call] = []
        #: of ``time.monotonic``: when the server last said something
        self.heard_at = 0.0
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
        call = self._call(statement, vals, oids)
        return self._send([*self._waiting(), call], begins=begins)

    def send_later(self, operation: str, vals: Sequence[object], oids: Sequence[int] = ()) -> None:
        """Have the statement (``%s`` for each value) go with the next one of the transaction, or with its COMMIT.

        What it answers is dropped. If it is refused, that is the error of what it travelled with, which wasn't done;
        a rollback forgets it.
        """
        call = self._call(_numbered(operation), vals, oids)._replace(is_asked=False)
        if self.autocommit:
            self._send([call])
        else:
            self._later.append(call)

    def settle(self, operation: str) -> None:
        """Send what waits before a statement that goes another way; going back to a savepoint undoes what came after."""
        if operation[: len(_GOING_BACK)].upper() == _GOING_BACK:
            self._later.clear()
        elif self._later:
            with _kinds():
                self._send(self._waiting(), begins=not self._in_transaction)

    def commit(self) -> None:
        """What waits is the whole transaction if none has begun: the server commits what it gets at once by itself.

        A refusal ends the transaction, as that of a COMMIT does: nobody rolls back afterwards.
        """
        try:
            with _kinds():
                if self._in_transaction:
                    self.execute_unnamed("commit")
                elif self._later:
                    self._send(self._waiting())
        except DatabaseError:
            self.rollback()
            raise

    def rollback(self) -> None:
        self._later.clear()
        super().rollback()

    def close(self) -> None:
        """Also a line on which nobody can be said goodbye to."""
        with suppress(InterfaceError):
            super().close()

    def _call(self, statement: str, vals: Sequence[object], oids: Sequence[int]) -> Call:
        return Call((statement, tuple(oids)), make_params(self.py_types, vals))

    def _waiting(self) -> list[Call]:
        waiting, self._later = self._later, []
        return waiting

    def _send(self, calls: Sequence[Call], *, begins: bool = False) -> Context:
        """Fly, again for each plan that is no more, if nothing was done before; what the last call was answered."""
        may_repeat = begins or not self._in_transaction
        while True:
            pieces = [self._piece(call) for call in calls]
            try:
                self._fly(pieces, begins=begins)
            except DatabaseError as error:
                outdated = self._grounded(pieces, error)
                if not (outdated and may_repeat):
                    raise
                if begins:
                    self.execute_simple("rollback")
                continue
            for piece in pieces:
                if piece.new_name is not None:
                    context = piece.context
                    kept = Prepared(piece.new_name, context.columns, context.input_funcs)
                    self._statements.keep(piece.call.key, kept)
            return pieces[-1].context

    def _piece(self, call: Call) -> Piece:
        statement = call.key[0]
        known = self._statements.find(call.key)
        if known is not None:
            readings = known.readings if call.is_asked else ()
            context = Context(statement, columns=known.columns, input_funcs=readings)
            return Piece(call, context, known.name, parsed=True)
        return Piece(call, Context(statement), self._statements.name_for(call.key), parsed=False)

    def _grounded(self, pieces: Sequence[Piece], error: DatabaseError) -> bool:
        """Forget what the server may not have as we think; whether one of the plans is no more."""
        for piece in pieces:
            if piece.new_name is not None:
                self._statements.drop(piece.new_name)
        failed = next((piece for piece in pieces if piece.context.error is error), None)
        if failed is None or not failed.parsed or not is_stale(error.args[0]):
            return False
        self._statements.forget(failed.call.key)
        return True

    def _fly(self, pieces: Sequence[Piece], *, begins: bool) -> None:
        """One write, and the answers; what the server is to forget travels along.

        :raises DatabaseError: of the first piece that was refused; none after it was done
        """
        words = [closing(name) for name in self._statements.to_close()]
        contexts = [piece.context for piece in pieces]
        if begins:
            words.append(BEGIN)
            contexts.insert(0, Context("begin"))
        words += [messages(piece, self._client_encoding) for piece in pieces]
        _write(self._sock, b"".join([*words, SYNC_MSG]))
        _flush(self._sock)
        self.hear(contexts)

    def hear(self, contexts: Sequence[Context]) -> None:
        """Read to the end of the answers; each context takes those of its own statement."""
        line, place, last, code = self._sock, 0, len(contexts) - 1, b""
        try:
            while code != READY_FOR_QUERY:
                code, size = ci_unpack(_read(line, 5))
                size -= _LENGTH  # which counts itself
                self.message_types[code](_read(line, size) if size else b"", contexts[place])
                if code in ENDS and place < last:
                    place += 1
        except OSError as error:
            # Stock pg8000 lets a time-out of the first read through, and the pool would keep the dead line.
            raise InterfaceError("network error") from error
        self.heard_at = time.monotonic()
        for context in contexts:
            if context.error is not None:
                raise context.error

    def handle_messages(self, context: Context) -> None:
        self.hear([context])

    def handle_ERROR_RESPONSE(self, data: bytes, context: Context) -> None:  # noqa: N802 -- pg8000's name
        super().handle_ERROR_RESPONSE(data, context)
        fields: dict[str, str] = context.error.args[0]  # type: ignore[union-attr]  # set by the line above
        for key in _QUOTING_FIELDS:
            fields.pop(key, None)


def _moment(text: str) -> datetime | str:
    """A ``timestamptz``; stock pg8000 goes by ``strptime``, which costs ten times as much."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # infinity, years that Python doesn't know
        found: datetime | str = timestamptz_in(text)
        return found


@contextmanager
def _kinds() -> Iterator[None]:
    """Errors of the server as the kinds that stock pg8000's cursor makes of them."""
    try:
        yield
    except DatabaseError as error:
        fields = error.args[0]
        kind = _ERRORS.get(fields["C"], ProgrammingError) if isinstance(fields, dict) else ProgrammingError
        raise kind(fields) from error


@lru_cache(maxsize=2_048)
def _numbered(statement: str) -> str:
    """The statement with ``$1`` for ``%s``."""
    numbered: str = convert_paramstyle("format", statement, ())[0]
    return numbered


def _is_open(connection: Any) -> bool:  # noqa: ANN401 -- None once the cursor is closed
    return connection is not None and connection._sock is not None  # noqa: SLF001 -- pg8000's own
