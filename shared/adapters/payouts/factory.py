from shared.adapters.payouts.yookassa import YooKassaPayouts
from shared.config.yookassa import load_gateway
from shared.ports.payouts import PayoutProvider


def payout_provider(name: str) -> PayoutProvider:
    """:raises LookupError: no such provider"""
    if name != YooKassaPayouts.name:
        raise LookupError(f"no payout provider {name}")
    return YooKassaPayouts(load_gateway())
