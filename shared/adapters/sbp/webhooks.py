"""Who sent this message? Known to a function without database, SDK or network; the standard library only."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address

from shared.config import yookassa as settings
from shared.ports.payments import AcceptedReply, Forged, WebhookVerifier


class YooKassaWebhookVerifier:
    """YooKassa signs nothing: the sender's address is the only proof, and the content is a hint.

    ``peer_address`` must be the address that the platform saw. Headers such as X-Forwarded-For are the
    sender's own words and are never read.
    """

    #: The provider takes HTTP 200 and reads no body.
    accepted = AcceptedReply(status=200, content_type="text/plain; charset=utf-8", body="")

    def __init__(self, networks: tuple[settings.Network, ...]) -> None:
        self._networks = networks

    def verify(self, *, body: bytes, headers: Mapping[str, str], peer_address: str) -> None:  # noqa: ARG002 -- the port's: other providers sign these
        try:
            address = ip_address(peer_address)
        except ValueError:
            raise Forged("no address") from None
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if not any(address in network for network in self._networks):
            raise Forged("foreign address")


def webhook_verifier(name: str) -> WebhookVerifier:
    """:raises LookupError: no such provider"""
    if name != "yookassa":
        raise LookupError(f"no payment provider {name}")
    return YooKassaWebhookVerifier(settings.load_webhook_networks())
