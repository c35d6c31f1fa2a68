"""YooKassa: two accounts (payments, payouts) and the networks its messages come from."""

from dataclasses import dataclass, field
from functools import cache

from shared.config import environment as env
from shared.config import networks

#: Published with the provider's own client (``yookassa`` 3.13, ``SecurityHelper``).
PUBLISHED_NETWORKS = (
    "77.75.153.0/25,77.75.154.128/25,77.75.156.11/32,77.75.156.35/32,185.71.76.0/27,185.71.77.0/27,"
    "2a02:5180:0:1509::/64,2a02:5180:0:1533::/64,2a02:5180:0:2655::/64,2a02:5180:0:2669::/64"
)


@dataclass(frozen=True, slots=True)
class YooKassaAccount:
    """One pair of name and key; the shop's serves payments, the gateway's payouts."""

    base_url: str
    account_id: str
    secret_key: str = field(repr=False)
    connect_timeout_seconds: int
    timeout_seconds: int  # of silence while the answer is awaited
    #: still good while the shop's or gateway's key is being replaced
    previous_secret_key: str | None = field(default=None, repr=False)


@cache
def load_shop() -> YooKassaAccount:
    return _account(
        env.text("YOOKASSA_SHOP_ID"),
        env.text("YOOKASSA_SECRET_KEY"),
        env.optional("YOOKASSA_PREVIOUS_SECRET_KEY"),
    )


@cache
def load_gateway() -> YooKassaAccount:
    return _account(
        env.text("YOOKASSA_GATEWAY_ID"),
        env.text("YOOKASSA_GATEWAY_SECRET_KEY"),
        env.optional("YOOKASSA_GATEWAY_PREVIOUS_SECRET_KEY"),
    )


@cache
def load_webhook_networks() -> tuple[networks.Network, ...]:
    """``YOOKASSA_WEBHOOK_NETWORKS``: networks separated by commas; the published ones unless said.

    :raises SettingsError: not a network, or one that holds this machine itself in production
    """
    # The template finds a variable by its name in the call.
    written = env.text("YOOKASSA_WEBHOOK_NETWORKS", PUBLISHED_NETWORKS)
    return networks.parse("YOOKASSA_WEBHOOK_NETWORKS", written)


def _account(account_id: str, secret_key: str, previous_secret_key: str | None) -> YooKassaAccount:
    url = env.text("YOOKASSA_URL", "https://api.yookassa.ru/v3")
    return YooKassaAccount(
        base_url=env.https_in_production("YOOKASSA_URL", url).rstrip("/"),
        account_id=account_id,
        secret_key=secret_key,
        connect_timeout_seconds=env.integer("YOOKASSA_CONNECT_TIMEOUT_SECONDS", 3, low=1, high=10),
        timeout_seconds=env.integer("YOOKASSA_TIMEOUT_SECONDS", 15, low=1, high=25),
        previous_secret_key=previous_secret_key,
    )
