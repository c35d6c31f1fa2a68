"""Who pays back what a terminal collected, by the terminal's name."""

from shared.adapters.sbp.tbank_refunds import TBankRefunds
from shared.adapters.sbp.yookassa_refunds import YooKassaRefunds
from shared.config import tbank, terminals
from shared.config.terminals import Provider
from shared.config.yookassa import load_shop
from shared.ports.payments import RefundProvider


def refund_provider(name: str) -> RefundProvider:
    """:raises LookupError: no such terminal"""
    match terminals.load().named(name).provider:
        case Provider.YOOKASSA:
            return YooKassaRefunds(load_shop(), name=name)
        case Provider.TBANK:
            return TBankRefunds(tbank.terminal(name))
