"""The provider by its name. Apart from ``webhooks``, whose function must not load the SDK."""

from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.config.yookassa import load_shop
from shared.ports.payments import PaymentProvider


def payment_provider(name: str) -> PaymentProvider:
    """:raises LookupError: no such provider"""
    if name != YooKassaPayments.name:
        raise LookupError(f"no payment provider {name}")
    return YooKassaPayments(load_shop())
