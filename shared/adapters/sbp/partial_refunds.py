"""Which terminals pay back parts of a payment: for functions that ask this only, and need neither keys nor an SDK."""

from typing import Final

from shared.config import terminals
from shared.config.terminals import Provider

#: as the adapters' ``CAPABILITIES`` say; a test compares them
BY_PROVIDER: Final = {Provider.YOOKASSA: True, Provider.TBANK: True}


def pays_back_parts(terminal: str) -> bool:
    """:raises LookupError: no such terminal"""
    return BY_PROVIDER[terminals.load().named(terminal).provider]
