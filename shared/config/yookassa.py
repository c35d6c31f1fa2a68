"""YooKassa: two accounts (payments, payouts) and the networks its messages come from."""

from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from shared.config import environment as env

Network = IPv4Network | IPv6Network

#: Published with the provider's own client (``yookassa`` 3.13, ``SecurityHelper``).
PUBLISHED_NETWORKS = (
    "77.75.153.0/25,77.75.154.128/25,77.75.156.11/32,77.75.156.35/32,185.71.76.0/27,185.71.77.0/27,"
    "2a02:5180:0:1509::/64,2a02:5180:0:1533::/64,2a02:5180:0:2655::/64,2a02:5180:0:2669::/64"
)
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class YooKassaAccount:
    """One pair of name and key; the shop's serves payments, the gateway's payouts."""

    base_url: str
    account_id: str
    secret_key: str = field(repr=False)
    connect_timeout_seconds: int
    timeout_seconds: int  # of silence while the answer is awaited


@cache
def load_shop() -> YooKassaAccount:
    return _account(env.text("YOOKASSA_SHOP_ID"), env.text("YOOKASSA_SECRET_KEY"))


@cache
def load_gateway() -> YooKassaAccount:
    return _account(env.text("YOOKASSA_GATEWAY_ID"), env.text("YOOKASSA_GATEWAY_SECRET_KEY"))


@cache
def load_webhook_networks() -> tuple[Network, ...]:
    """``YOOKASSA_WEBHOOK_NETWORKS``: networks separated by commas; the published ones unless said.

    :raises SettingsError: not a network, or one that holds this machine itself in production
    """
    # The template finds a variable by its name in the call.
    written = env.text("YOOKASSA_WEBHOOK_NETWORKS", PUBLISHED_NETWORKS)
    try:
        networks = tuple(ip_network(part.strip()) for part in written.split(","))
    except ValueError:
        raise env.SettingsError("YOOKASSA_WEBHOOK_NETWORKS must be networks separated by commas") from None
    if env.is_production() and any(_holds_loopback(network) for network in networks):
        raise env.SettingsError("YOOKASSA_WEBHOOK_NETWORKS must not hold loopback addresses in production")
    return networks


def _account(account_id: str, secret_key: str) -> YooKassaAccount:
    url = env.text("YOOKASSA_URL", "https://api.yookassa.ru/v3")
    return YooKassaAccount(
        base_url=env.https_in_production("YOOKASSA_URL", url).rstrip("/"),
        account_id=account_id,
        secret_key=secret_key,
        connect_timeout_seconds=env.integer("YOOKASSA_CONNECT_TIMEOUT_SECONDS", 3, low=1, high=10),
        timeout_seconds=env.integer("YOOKASSA_TIMEOUT_SECONDS", 15, low=1, high=25),
    )


def _holds_loopback(network: Network) -> bool:
    return any(network.version == own.version and network.overlaps(own) for own in LOOPBACK)
