"""The text of an uploaded file: its encoding is proved, never assumed."""

import re
from typing import Final

from shared.reconciliation.errors import FileUnreadable

MOST_BYTES: Final = 4 * 1024 * 1024
MOST_LINES: Final = 200_000
#: the purpose of a payment order has 210 characters; names of banks are shorter
LONGEST_LINE: Final = 2_000

_BOM: Final = b"\xef\xbb\xbf"
_ENCODINGS: Final = {"windows": "cp1251", "dos": "cp866", "utf-8": "utf-8", "utf8": "utf-8"}
_DECLARED: Final = re.compile(r"^Кодировка=([A-Za-z0-9-]{1,20})[ \t]*\r?$", re.MULTILINE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\ufffe\uffff]")


def exchange_text(content: bytes) -> str:
    """A file of the 1C exchange, which declares its encoding by ``Кодировка=Windows``, ``DOS`` or ``UTF-8``.

    UTF-8 is believed by itself: banks export it and go on declaring Windows, and no Cyrillic text in another encoding
    passes for it.

    :raises FileUnreadable: too large, no declaration, or one that the bytes contradict
    """
    content = _bounded(content)
    as_utf8 = _decoded(content, "utf-8")
    if as_utf8 is not None and _DECLARED.search(as_utf8):
        return as_utf8
    for encoding in ("cp1251", "cp866"):
        text = _decoded(content, encoding)
        declared = None if text is None else _DECLARED.search(text)
        if text is None or declared is None:
            continue
        if _ENCODINGS.get(declared[1].lower()) != encoding:
            raise FileUnreadable(
                f"Файл объявлен в кодировке {declared[1]}, а записан в другой. Выгрузите его заново и не пересохраняйте."
            )
        return text
    raise FileUnreadable("В файле нет строки «Кодировка=», или он повреждён. Выгрузите его заново.")


def table_text(content: bytes) -> str:
    """A CSV file, in UTF-8 or else in Windows-1251, as Russian spreadsheets write it.

    :raises FileUnreadable: too large, or neither
    """
    content = _bounded(content)
    for encoding in ("utf-8", "cp1251"):
        text = _decoded(content, encoding)
        if text is not None:
            return text
    raise FileUnreadable("Кодировка файла не распознана: сохраните его в UTF-8.")


def _bounded(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise FileUnreadable(f"Файл слишком большой: допустимо не больше {MOST_BYTES // 1024 // 1024} МБ.")
    return content.removeprefix(_BOM)


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def numbered_lines(text: str) -> list[tuple[int, str]]:
    """Lines with their numbers from one, blank ones left out.

    :raises FileUnreadable: too many, or one too long
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1)]
    if len(lines) > MOST_LINES:
        raise FileUnreadable(f"В файле больше {MOST_LINES} строк.")
    long = [number for number, line in lines if len(line) > LONGEST_LINE]
    if long:
        raise FileUnreadable("В файле есть слишком длинные строки.", {long[0]: "слишком длинная."})
    return [(number, line) for number, line in lines if line]
