"""The terminals' cash registers by name."""

from shared.adapters.fiscal.yookassa import YooKassaRegister
from shared.config import terminals
from shared.config.terminals import Provider
from shared.config.yookassa import load_shop
from shared.ports.fiscal import FiscalRegister


def fiscal_register(name: str) -> FiscalRegister | None:
    """None: receipts of this terminal can't be asked for, and come from the bank's cabinet.

    :raises LookupError: no such terminal
    """
    match terminals.load().named(name).provider:
        case Provider.YOOKASSA:
            return YooKassaRegister(load_shop(), name=name)
        case Provider.TBANK:
            return None
