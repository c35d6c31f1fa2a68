"""Who sent this message? Known to a function without database, SDK or network; the standard library only."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address

from shared.adapters.sbp.tbank_token import as_received, is_signed
from shared.config import tbank, terminals, yookassa
from shared.config.networks import Network
from shared.config.terminals import Provider
from shared.ports.payments import AcceptedReply, Forged, WebhookVerifier

_PLAIN = "text/plain; charset=utf-8"


class YooKassaWebhookVerifier:
    """YooKassa signs nothing: the sender's address is the only proof, and the content is a hint.

    ``peer_address`` must be the address that the platform saw. Headers such as X-Forwarded-For are the
    sender's own words and are never read.
    """

    #: The provider takes HTTP 200 and reads no body.
    accepted = AcceptedReply(status=200, content_type=_PLAIN, body="")

    def __init__(self, networks: tuple[Network, ...]) -> None:
        self._networks = networks

    def verify(self, *, body: bytes, headers: Mapping[str, str], peer_address: str) -> None:  # noqa: ARG002 -- the port's: other providers sign these
        _require_sender(peer_address, self._networks)


class TBankWebhookVerifier:
    """T-Bank signs its messages; the fields are judged as they were received, since it adds new ones."""

    #: Anything but these two letters is no acceptance, and the message comes again each hour for a day.
    accepted = AcceptedReply(status=200, content_type=_PLAIN, body="OK")

    def __init__(self, terminal: tbank.TBankTerminal, networks: tuple[Network, ...]) -> None:
        self._terminal = terminal
        self._networks = networks

    def verify(self, *, body: bytes, headers: Mapping[str, str], peer_address: str) -> None:  # noqa: ARG002 -- the port's: other providers sign these
        _require_sender(peer_address, self._networks)
        try:
            fields = as_received(body)
        except ValueError:
            raise Forged("no message") from None
        if fields.get("TerminalKey") != self._terminal.terminal_key:
            raise Forged("foreign terminal")
        if not is_signed(fields, self._terminal.passwords):
            raise Forged("wrong token")


def webhook_verifier(name: str) -> WebhookVerifier:
    """
    :param name: the terminal's
    :raises LookupError: no such terminal
    """
    match terminals.load().named(name).provider:
        case Provider.YOOKASSA:
            return YooKassaWebhookVerifier(yookassa.load_webhook_networks())
        case Provider.TBANK:
            return TBankWebhookVerifier(tbank.terminal(name), tbank.load_webhook_networks())


def _require_sender(peer_address: str, networks: tuple[Network, ...]) -> None:
    """:raises Forged: none of these networks' addresses"""
    try:
        address = ip_address(peer_address)
    except ValueError:
        raise Forged("no address") from None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not any(address in network for network in networks):
        raise Forged("foreign address")
