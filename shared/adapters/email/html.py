"""The HTML part of a letter, made from its text: the two can't say different things, and nothing is fetched to show it."""

import html
import re
from typing import Final

_PAGE: Final = """<!doctype html>
<html lang="ru">
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font:16px/1.5 sans-serif;color:#1c1c1c;max-width:36em;margin:0 auto;padding:1em">
{paragraphs}
</body>
</html>
"""
#: An address that stands by itself; the full stop or the comma behind it belongs to the sentence.
_LINK: Final = re.compile(r"(?<!\S)https?://[^\s<>\"']+?(?=[.,;:!?)»]*(?:\s|\Z))")


def page_of(subject: str, text: str) -> str:
    """Empty lines part paragraphs, other line breaks stay; web addresses become links, everything else is escaped."""
    paragraphs = [each.strip("\n") for each in re.split(r"\n\s*\n", text) if each.strip()]
    return _PAGE.format(
        title=html.escape(subject),
        paragraphs="\n".join(f"<p>{_line_breaks(each)}</p>" for each in paragraphs),
    )


def _line_breaks(paragraph: str) -> str:
    return "<br>\n".join(_linked(line) for line in paragraph.split("\n"))


def _linked(line: str) -> str:
    pieces, start = [], 0
    for found in _LINK.finditer(line):
        address = html.escape(found[0])
        pieces += [html.escape(line[start : found.start()]), f'<a href="{address}">{address}</a>']
        start = found.end()
    return "".join([*pieces, html.escape(line[start:])])
