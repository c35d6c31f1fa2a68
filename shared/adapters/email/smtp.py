"""Letters over SMTP. What failed before the letter's body went out may be tried again; after it, it may not."""

import contextlib
import re
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from shared.adapters.email.html import page_of
from shared.config.email import EmailSettings, SmtpSecurity
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.ports.email import EmailOutcome, EmailResult, Letter

#: Bodies travel as 7 bits, whatever the server says that it can take.
POLICY = SMTP.clone(cte_type="7bit")

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"(?=.{{1,64}}\Z){_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_POLICY_STATUS = re.compile(rb"\A5\.7\.\d")

_DONE, _CONTINUE, _PERMANENT = range(200, 300), 354, 500


class _NoStartTls(Exception):
    """The server offers no STARTTLS: somebody on the way may have cut it out."""


class SmtpMailer:
    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    def send(self, letter: Letter) -> EmailResult:
        """Send one letter to an ASCII local part at any domain (a Russian one travels as IDNA).

        ``provider_code`` is the server's reply code, or a word: ``bad_address``, ``tls_certificate``,
        ``no_starttls``, ``no_auth``.

        :raises ValueError: a line break in the address or subject
        """
        _refuse_line_breaks(letter)
        recipient = _ascii_address(letter.recipient)
        if recipient is None:
            return EmailResult(EmailOutcome.REFUSED_RECIPIENT, provider_code="bad_address")
        message_id = f"<{new_id()}@{self._sender_domain()}>"
        body = self._compose(letter, recipient, message_id)
        try:
            with contextlib.closing(self._connect()) as server:
                self._log_in(server)
                return _deliver(server, self._settings.sender, recipient, body, message_id)
        except ssl.SSLCertVerificationError:
            return EmailResult(EmailOutcome.REFUSED, provider_code="tls_certificate")
        except _NoStartTls:
            return EmailResult(EmailOutcome.REFUSED, provider_code="no_starttls")
        except smtplib.SMTPNotSupportedError:
            return EmailResult(EmailOutcome.REFUSED, provider_code="no_auth")
        except smtplib.SMTPResponseException as reply:
            return _refused(reply.smtp_code)
        except OSError:  # also smtplib's own errors: no connection, a connection lost before the body
            return EmailResult(EmailOutcome.TRY_LATER)

    def _sender_domain(self) -> str:
        return self._settings.sender.partition("@")[2]

    def _compose(self, letter: Letter, recipient: str, message_id: str) -> bytes:
        message = EmailMessage(policy=POLICY)
        message["From"] = self._settings.sender
        message["To"] = recipient
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(utc_now())
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(page_of(letter.subject, letter.text), subtype="html")
        return message.as_bytes()

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        # A name of our own for EHLO: the default would ask DNS.
        name, timeout = self._sender_domain(), settings.timeout_seconds
        if settings.security is SmtpSecurity.NONE:
            return smtplib.SMTP(settings.host, settings.port, name, timeout)
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.security is SmtpSecurity.TLS:
            return smtplib.SMTP_SSL(settings.host, settings.port, name, timeout=timeout, context=context)
        server = smtplib.SMTP(settings.host, settings.port, name, timeout)
        try:
            server.starttls(context=context)
        except smtplib.SMTPNotSupportedError:
            server.close()
            raise _NoStartTls from None
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._settings.username is not None and self._settings.password is not None:
            server.login(self._settings.username, self._settings.password)


def _deliver(server: smtplib.SMTP, sender: str, recipient: str, body: bytes, message_id: str) -> EmailResult:
    code, _ = server.mail(sender)
    if code not in _DONE:
        return _refused(code)
    code, reply = server.rcpt(recipient)
    if code not in _DONE:
        # 5.7.x is about permission (relaying, reputation), so about us rather than about the mailbox.
        about_address = code >= _PERMANENT and not _POLICY_STATUS.match(reply)
        return (
            EmailResult(EmailOutcome.REFUSED_RECIPIENT, provider_code=str(code))
            if about_address
            else _refused(code)
        )
    code, _ = server.docmd("DATA")
    if code != _CONTINUE:
        return _refused(code)
    try:
        server.send(re.sub(rb"(?m)^\.", b"..", body) + b".\r\n")
        code, _ = server.getreply()
    except OSError:
        return EmailResult(EmailOutcome.UNKNOWN, message_id)
    if code not in _DONE:
        return _refused(code)
    with contextlib.suppress(OSError):
        server.quit()  # the letter is accepted: a broken goodbye changes nothing
    return EmailResult(EmailOutcome.ACCEPTED, message_id, str(code))


def _refused(code: int) -> EmailResult:
    outcome = EmailOutcome.REFUSED if code >= _PERMANENT else EmailOutcome.TRY_LATER
    return EmailResult(outcome, provider_code=str(code))


def _refuse_line_breaks(letter: Letter) -> None:
    for name, value in (("recipient", letter.recipient), ("subject", letter.subject)):
        if "\r" in value or "\n" in value or not value.isprintable():
            raise ValueError(f"a line break or control character in the {name}")


def _ascii_address(address: str) -> str | None:
    """The address with its domain in lower-case IDNA, or None where it is no address."""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    return f"{local}@{domain}"
