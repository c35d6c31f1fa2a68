"""What one write to the server consists of: messages of PostgreSQL's extended protocol for one or more statements.

The server answers each statement in turn and all of them at once, after Sync; the first refusal makes it skip the rest.
"""

from typing import Final, NamedTuple

from pg8000.core import (
    BIND,
    CLOSE,
    COMMAND_COMPLETE,
    DESCRIBE,
    EMPTY_QUERY_RESPONSE,
    EXECUTE_MSG,
    NULL_BYTE,
    PARSE,
    STATEMENT,
    Context,
    H_pack,
    i_pack,
)

from shared.db.prepared import Key

#: codes of the answers by which a statement's answers end
ENDS: Final = (COMMAND_COMPLETE, EMPTY_QUERY_RESPONSE)


class Call(NamedTuple):
    """A statement with its values as the server reads them."""

    key: Key
    values: tuple[str | None, ...]
    #: somebody reads what it answers
    is_asked: bool = True


class Piece(NamedTuple):
    """A call on its way."""

    call: Call
    #: takes the answers
    context: Context
    #: the statement's, for the server to keep it by, with the byte that ends it; None: it isn't kept
    name: bytes | None
    #: the server has it by its name
    parsed: bool

    @property
    def new_name(self) -> bytes | None:
        """By which it is to be kept from now on."""
        return None if self.parsed else self.name


def messages(piece: Piece, encoding: str) -> bytes:
    """Parse, unless the server has it, bind and execute."""
    called = NULL_BYTE if piece.name is None else piece.name
    if piece.parsed:
        return b"".join([_bind(called, piece.call, encoding), EXECUTE_MSG])
    statement, oids = piece.call.key
    words = [called, statement.encode(encoding), NULL_BYTE, H_pack(len(oids))]
    words += [i_pack(0 if oid == -1 else oid) for oid in oids]
    return b"".join([_message(PARSE, *words), _bind(called, piece.call, encoding), _DESCRIBE, EXECUTE_MSG])


def closing(name: bytes) -> bytes:
    """The server is to forget a statement; it may not know it."""
    return _message(CLOSE, STATEMENT, name)


def _bind(called: bytes, call: Call, encoding: str) -> bytes:
    words = [NULL_BYTE, called, H_pack(0), H_pack(len(call.values))]
    for value in call.values:
        if value is None:
            words.append(_NULL)
        else:
            text = value.encode(encoding)
            words += (i_pack(len(text)), text)
    return _message(BIND, *words, H_pack(0))


def _message(code: bytes, *words: bytes) -> bytes:
    body = b"".join(words)
    sized: bytes = code + i_pack(len(body) + 4) + body
    return sized


_NULL: Final = i_pack(-1)
_DESCRIBE: Final = _message(DESCRIBE, b"P", NULL_BYTE)
#: in the extended protocol too, so that the server answers once for it and for the statement after it
BEGIN: Final = b"".join(
    (
        _message(PARSE, NULL_BYTE, b"begin transaction", NULL_BYTE, H_pack(0)),
        _message(BIND, NULL_BYTE, NULL_BYTE, H_pack(0), H_pack(0), H_pack(0)),
        EXECUTE_MSG,
    )
)
