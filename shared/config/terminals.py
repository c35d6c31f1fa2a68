"""Which terminals collect money: a short name for each, and the provider that it belongs to.

The names are in ledger accounts, webhook paths and intents for ever; an organization is given one of them.
"""

import re
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from shared.config import environment as env

_NAME: Final = re.compile(r"[a-z0-9_]{1,32}")


class Provider(StrEnum):
    YOOKASSA = "yookassa"
    TBANK = "tbank"


class Terminal(NamedTuple):
    name: str
    provider: Provider


class Terminals(NamedTuple):
    """``default`` collects for whoever was given none."""

    default: Terminal
    by_name: dict[str, Terminal]

    def named(self, name: str) -> Terminal:
        """:raises LookupError: no such terminal"""
        return self.by_name[name]


@cache
def load() -> Terminals:
    """``HOUSLER_TERMINALS``: ``name=provider`` separated by commas, the default first.

    :raises SettingsError: not such a list
    """
    written = env.text("HOUSLER_TERMINALS", "yookassa=yookassa")
    try:
        terminals = [_terminal(part.strip()) for part in written.split(",")]
    except ValueError:
        raise env.SettingsError("HOUSLER_TERMINALS must be name=provider, separated by commas") from None
    by_name = {terminal.name: terminal for terminal in terminals}
    if len(by_name) != len(terminals):
        raise env.SettingsError("HOUSLER_TERMINALS names a terminal twice")
    return Terminals(terminals[0], by_name)


def _terminal(written: str) -> Terminal:
    name, _, provider = written.partition("=")
    if not _NAME.fullmatch(name):
        raise ValueError("not a name")
    return Terminal(name, Provider(provider))
