"""T-Bank's acquiring: its terminals with their passwords, and the networks its messages come from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from shared.config import environment as env
from shared.config import networks

#: Published with the bank's papers on messages (November 2026).
PUBLISHED_NETWORKS: Final = "91.194.226.0/23,91.218.132.0/22,212.233.80.0/22"
_MOST_PASSWORDS: Final = 2
_DEMO: Final = "DEMO"
_KNOWN: Final = frozenset({"terminal_key", "passwords", "deal_type", "recipient_id"})


@dataclass(frozen=True, slots=True)
class TBankTerminal:
    """``passwords``: the one that signs our requests, then the one it replaced, good until the overlap ends."""

    name: str
    base_url: str
    terminal_key: str
    passwords: tuple[str, ...] = field(repr=False)
    connect_timeout_seconds: int
    timeout_seconds: int  # of silence while the answer is awaited
    #: the money joins a deal of this kind («Мультирасчёты»); None: the terminal knows no deals
    deal_type: str | None = None
    #: who is paid out of the deals, as the bank's form of them wants it
    recipient_id: str | None = field(default=None, repr=False)

    @property
    def cashbox_url(self) -> str:
        """Receipts are asked for beside the API's version, not under it."""
        return f"{self.base_url.removesuffix('/v2')}/cashbox"


@cache
def load_terminals() -> Mapping[str, TBankTerminal]:
    """``TBANK_TERMINALS``: a JSON object, the terminal's name to its
    ``{"terminal_key", "passwords": [current, previous?], "deal_type"?, "recipient_id"?}``.

    :raises SettingsError: not such an object, or a test terminal in production
    """
    written = env.optional("TBANK_TERMINALS")
    try:
        described = json.loads(written) if written is not None else {}
        return {name: _terminal(name, each) for name, each in described.items()}
    except (ValueError, AttributeError):
        raise env.SettingsError("TBANK_TERMINALS must be a JSON object of terminals") from None


@cache
def load_webhook_networks() -> tuple[networks.Network, ...]:
    """``TBANK_WEBHOOK_NETWORKS``: networks separated by commas; the published ones unless said.

    :raises SettingsError: not a network, or one that holds this machine itself in production
    """
    written = env.text("TBANK_WEBHOOK_NETWORKS", PUBLISHED_NETWORKS)
    return networks.parse("TBANK_WEBHOOK_NETWORKS", written)


def terminal(name: str) -> TBankTerminal:
    """:raises SettingsError: nothing is said of this terminal"""
    try:
        return load_terminals()[name]
    except KeyError:
        raise env.SettingsError(f"TBANK_TERMINALS says nothing of {name}") from None


def _terminal(name: str, each: Mapping[str, object]) -> TBankTerminal:
    """:raises ValueError: something is missing, or nobody knows it"""
    key, passwords = each.get("terminal_key"), each.get("passwords")
    if not isinstance(key, str) or not key or not isinstance(passwords, list) or each.keys() - _KNOWN:
        raise ValueError("not a terminal")
    if not 1 <= len(passwords) <= _MOST_PASSWORDS or not all(
        isinstance(one, str) and one for one in passwords
    ):
        raise ValueError("not its passwords")
    if env.is_production() and key.endswith(_DEMO):
        raise env.SettingsError(f"TBANK_TERMINALS holds a test terminal: {name}")
    url = env.text("TBANK_URL", "https://securepay.tinkoff.ru/v2")
    return TBankTerminal(
        name=name,
        base_url=env.https_in_production("TBANK_URL", url).rstrip("/"),
        terminal_key=key,
        passwords=tuple(passwords),
        # Three calls make a link, and the gateway waits for 29 seconds.
        connect_timeout_seconds=env.integer("TBANK_CONNECT_TIMEOUT_SECONDS", 2, low=1, high=10),
        timeout_seconds=env.integer("TBANK_TIMEOUT_SECONDS", 7, low=1, high=25),
        deal_type=_optional_word(each, "deal_type"),
        recipient_id=_optional_word(each, "recipient_id"),
    )


def _optional_word(each: Mapping[str, object], name: str) -> str | None:
    word = each.get(name)
    if word is not None and (not isinstance(word, str) or not word):
        raise ValueError(name)
    return word
