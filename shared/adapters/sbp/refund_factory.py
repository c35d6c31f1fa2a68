"""Who pays back what a terminal collected, by the terminal's name."""

from shared.adapters.sbp.yookassa_refunds import YooKassaRefunds
from shared.config.yookassa import load_shop
from shared.ports.payments import Capabilities, RefundProvider


def refund_provider(name: str) -> RefundProvider:
    """:raises LookupError: no such provider"""
    if name != YooKassaRefunds.name:
        raise LookupError(f"no payment provider {name}")
    return YooKassaRefunds(load_shop())


def capabilities_of(name: str) -> Capabilities:
    """:raises LookupError: no such provider"""
    return refund_provider(name).capabilities
