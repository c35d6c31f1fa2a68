"""Networks that a provider's messages come from, as settings write them."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from shared.config import environment as env

Network = IPv4Network | IPv6Network

_LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def parse(name: str, written: str) -> tuple[Network, ...]:
    """Networks separated by commas.

    :param name: of the setting, for errors
    :raises SettingsError: not a network, or one that holds this machine itself in production
    """
    try:
        networks = tuple(ip_network(part.strip()) for part in written.split(","))
    except ValueError:
        raise env.SettingsError(f"{name} must be networks separated by commas") from None
    if env.is_production() and any(_holds_loopback(network) for network in networks):
        raise env.SettingsError(f"{name} must not hold loopback addresses in production")
    return networks


def _holds_loopback(network: Network) -> bool:
    return any(network.version == own.version and network.overlaps(own) for own in _LOOPBACK)
