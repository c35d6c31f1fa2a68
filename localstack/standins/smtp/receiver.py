"""The mail server itself: aiosmtpd's controller with our hooks."""

import asyncio
import hmac
import socket
import ssl
from dataclasses import dataclass

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from localstack.standins.common.serve import LOOPBACK
from localstack.standins.smtp.faults import MailFault, MailFaultKind, MailFaults, Stage
from localstack.standins.smtp.mailbox import Arrival, Mailbox


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str
    password: str

    def admit(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        right = [
            hmac.compare_digest(asked.encode(), said)
            for asked, said in ((self.username, given.login), (self.password, given.password))
        ]
        if not all(right):
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=self.username)


class Receiver:
    """aiosmtpd's hooks: their names and answers are its own."""

    def __init__(self, mailbox: Mailbox, faults: MailFaults) -> None:
        self._mailbox = mailbox
        self._faults = faults

    async def handle_AUTH(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, _session: Session, _envelope: Envelope, _arguments: list[str]
    ) -> object:
        fault = self._faults.take(Stage.LOG_IN)
        return MISSING if fault is None else _spoil(server, fault)

    async def handle_MAIL(  # noqa: N802 -- same
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._faults.take(Stage.SENDER)
        if fault is not None:
            return _spoil(server, fault)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 -- same
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        fault = self._faults.take(Stage.RECIPIENT)
        if fault is not None:
            return _spoil(server, fault)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- same
        fault = self._faults.take(Stage.DATA)
        if fault is not None and fault.kind is MailFaultKind.REPLY:
            return fault.reply
        self._mailbox.keep(
            Arrival(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                raw=bytes(envelope.original_content or b""),
                tls=server.transport is not None
                and server.transport.get_extra_info("sslcontext") is not None,
                username=session.auth_data if session.authenticated else None,
            )
        )
        if fault is None:
            return "250 2.0.0 OK"
        if fault.kind is MailFaultKind.HANG:
            await asyncio.sleep(fault.seconds)
            return "250 2.0.0 OK"
        return _spoil(server, fault)


def _spoil(server: SMTP, fault: MailFault) -> str:
    if fault.kind is MailFaultKind.DROP and isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
        raise ConnectionResetError
    return fault.reply


@dataclass(frozen=True, slots=True)
class Security:
    """``context`` absent: plain text. ``implicit``: TLS from the first byte, else by STARTTLS."""

    context: ssl.SSLContext | None = None
    implicit: bool = False


def mail_server(
    receiver: Receiver, port: int, security: Security, credentials: Credentials | None
) -> Controller:
    starttls = security.context is not None and not security.implicit
    return Controller(
        receiver,
        hostname=LOOPBACK,
        port=port or _free_port(),
        ssl_context=security.context if security.implicit else None,
        server_hostname="mail.localhost",  # the default asks DNS
        tls_context=security.context if starttls else None,
        require_starttls=starttls,
        auth_required=credentials is not None,
        auth_require_tls=starttls or credentials is None,  # without TLS: no AUTH is offered
        authenticator=None if credentials is None else credentials.admit,
    )


def _free_port() -> int:
    """The controller can't start on port 0: it would probe that very number."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])
