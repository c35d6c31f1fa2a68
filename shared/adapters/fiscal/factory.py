"""The terminals' cash registers by name."""

from shared.adapters.fiscal.tbank import TBankRegister
from shared.adapters.fiscal.yookassa import YooKassaRegister
from shared.config import tbank, terminals
from shared.config.terminals import Provider
from shared.config.yookassa import load_shop
from shared.ports.fiscal import FiscalRegister


def fiscal_register(name: str) -> FiscalRegister:
    """:raises LookupError: no such terminal"""
    match terminals.load().named(name).provider:
        case Provider.YOOKASSA:
            return YooKassaRegister(load_shop(), name=name)
        case Provider.TBANK:
            return TBankRegister(tbank.terminal(name))
