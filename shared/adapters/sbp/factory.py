"""The terminals' providers by name. Apart from ``webhooks``, whose function must not load the SDK."""

from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.config import tbank, terminals
from shared.config.terminals import Provider
from shared.config.yookassa import load_shop
from shared.ports.payments import PaymentProvider


def payment_provider(name: str) -> PaymentProvider:
    """:raises LookupError: no such terminal"""
    match terminals.load().named(name).provider:
        case Provider.YOOKASSA:
            return YooKassaPayments(load_shop(), name=name)
        case Provider.TBANK:
            return TBankPayments(tbank.terminal(name))
