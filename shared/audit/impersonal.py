"""Facts hold nothing personal: what looks as if it did is hidden before it is written where it could not be removed.

Some facts are words of others (a bank's reason), so this is a net under the rule, not the rule.
"""

import re
from typing import Final

from shared.audit.tables import Facts
from shared.observability import log

HIDDEN: Final = "‹hidden›"
_LONGEST_LETTERS: Final = 256
_LONGEST_NUMBER: Final = 999_999_999  # an INN has ten digits
_SUM: Final = re.compile(r"_(kopecks|bytes)$")
_PERSONAL: Final = re.compile(
    r"""
      \S(?:@|%40)\S                                          # an e-mail address
    | (?<![0-9a-z-]) \+?\d{10,} (?![0-9a-z-])                # a phone, an INN, an account; not a part of a hash or id
    | \+7[\s(-]                                              # a phone as people write it
    | \b\d{4}\s\d{6}\b                                       # a passport
    | [А-ЯЁ][а-яё]+ (?:-[А-ЯЁ][а-яё]+)? \s+ [А-ЯЁ](?:[а-яё]+|\.)  # a name
    """,
    re.VERBOSE,
)


def without_personal(facts: Facts | None, action: str) -> Facts | None:
    """The same facts, bounded, with what looks personal hidden and an error logged."""
    if facts is None:
        return None
    return {name: _safe(name, value, action) for name, value in facts.items()}


def _safe(name: str, value: str | int | bool | None, action: str) -> str | int | bool | None:  # noqa: FBT001 -- a fact
    if isinstance(value, str):
        looks_personal = _PERSONAL.search(value) is not None
        value = value[:_LONGEST_LETTERS]
    else:
        looks_personal = value is not None and abs(value) > _LONGEST_NUMBER and not _SUM.search(name)
    if not looks_personal:
        return value
    log.error("audit_fact_hidden", action=action, fact=name)
    return HIDDEN
