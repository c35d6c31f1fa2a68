"""Reads which GLIBC a library asks for, and mends the one library of Debian 12 that asks for too new a one."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_GNU_VERSION_NEED: Final = 0x6FFFFFFE
_SYMBOL_VERSION: Final = 0x6FFFFFFF
_SECTION_HEADER: Final = struct.Struct("<IIQQQQIIQQ")
_NEED: Final = struct.Struct("<HHIII")
_NEED_ENTRY: Final = struct.Struct("<IHHII")


@dataclass(frozen=True, slots=True)
class _Section:
    kind: int
    offset: int
    size: int
    link: int


@dataclass(frozen=True, slots=True)
class _Need:
    offset: int  # of the entry in the file
    name_offset: int  # of its text in the file
    name: str
    index: int


def newest_glibc(path: Path) -> tuple[int, ...]:
    """The newest GLIBC version that the file's dynamic symbols ask for; () for none, or for no ELF file."""
    content = path.read_bytes()
    if not content.startswith(b"\x7fELF\x02"):
        return ()
    versions = [re.fullmatch(r"GLIBC_([0-9.]+)", need.name) for need in _needs(content)]
    return max((tuple(map(int, found[1].split("."))) for found in versions if found), default=())


def ask_older_glibc(path: Path, *, symbol: str, wanted: str, substitute: str, older: str) -> None:
    """Make the library take ``substitute@older`` where it took ``symbol@wanted``.

    Only right for functions with the same arguments; the new names must not be longer than the old.

    :raises ValueError: the library is built otherwise than expected
    """
    content = bytearray(path.read_bytes())
    need = next((each for each in _needs(content) if each.name == wanted), None)
    if need is None or len(older) > len(wanted) or len(substitute) > len(symbol):
        raise ValueError(f"{path.name} doesn't ask for {wanted}")
    users = [name for name, version in _undefined(content) if version == need.index]
    start = content.find(b"\0" + symbol.encode() + b"\0") + 1
    if users != [symbol] or not start:
        raise ValueError(f"{path.name} asks for {wanted} by {users}")
    content[start : start + len(symbol)] = substitute.encode().ljust(len(symbol), b"\0")
    content[need.name_offset : need.name_offset + len(wanted)] = older.encode().ljust(len(wanted), b"\0")
    struct.pack_into("<I", content, need.offset, _hash(older))
    path.write_bytes(content)


def _sections(content: bytes | bytearray) -> list[_Section]:
    (table,) = struct.unpack_from("<Q", content, 0x28)
    size, count = struct.unpack_from("<HH", content, 0x3A)
    rows = (_SECTION_HEADER.unpack_from(content, table + size * index) for index in range(count))
    return [_Section(row[1], row[4], row[5], row[6]) for row in rows]


def _text(content: bytes | bytearray, offset: int) -> str:
    return bytes(content[offset : content.index(0, offset)]).decode()


def _needs(content: bytes | bytearray) -> Iterator[_Need]:
    sections = _sections(content)
    for section in sections:
        if section.kind != _GNU_VERSION_NEED:
            continue
        names = sections[section.link].offset
        offset = section.offset
        while True:
            _, count, _, first, following = _NEED.unpack_from(content, offset)
            entry = offset + first
            for _ in range(count):
                _, _, index, name, next_entry = _NEED_ENTRY.unpack_from(content, entry)
                yield _Need(entry, names + name, _text(content, names + name), index)
                entry += next_entry
            if not following:
                break
            offset += following


def _undefined(content: bytes | bytearray) -> Iterator[tuple[str, int]]:
    """(name, version index) of the symbols that other libraries must give."""
    sections = _sections(content)
    versions = next(each for each in sections if each.kind == _SYMBOL_VERSION)
    symbols = sections[versions.link]
    names = sections[symbols.link].offset
    for number in range(symbols.size // 24):
        name, _, _, section = struct.unpack_from("<IBBH", content, symbols.offset + 24 * number)
        if not section:
            (version,) = struct.unpack_from("<H", content, versions.offset + 2 * number)
            yield _text(content, names + name), version


def _hash(name: str) -> int:
    """The hash of the System V ABI, by which the loader looks a version up."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        value ^= (value & 0xF0000000) >> 24
        value &= 0x0FFFFFFF
    return value
