from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from shared.config import environment as env


class SmtpSecurity(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"  # from the first byte


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """``sender`` is a bare ASCII address; ``ca_file`` names a PEM file in place of the system's authorities."""

    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    security: SmtpSecurity
    sender: str
    timeout_seconds: int
    ca_file: str | None


@cache
def load() -> EmailSettings:
    username, password = env.optional("SMTP_USERNAME"), env.optional("SMTP_PASSWORD")
    if (username is None) != (password is None):
        raise env.SettingsError("set both SMTP_USERNAME and SMTP_PASSWORD, or neither")
    return EmailSettings(
        host=env.text("SMTP_HOST"),
        port=env.integer("SMTP_PORT", 587, low=1, high=65_535),
        username=username,
        password=password,
        security=_security(),
        sender=_sender(),
        timeout_seconds=env.integer("SMTP_TIMEOUT_SECONDS", 10, low=1, high=25),
        ca_file=env.optional("SMTP_CA_FILE"),
    )


def _security() -> SmtpSecurity:
    try:
        security = SmtpSecurity(env.text("SMTP_SECURITY", SmtpSecurity.STARTTLS))
    except ValueError:
        raise env.SettingsError("SMTP_SECURITY must be none, starttls or tls") from None
    if security is SmtpSecurity.NONE and env.is_production():
        raise env.SettingsError("SMTP_SECURITY must be starttls or tls in production")
    return security


def _sender() -> str:
    sender = env.text("SMTP_SENDER")
    local, _, domain = sender.partition("@")
    if not (local and domain and sender.isascii() and sender.isprintable() and " " not in sender):
        raise env.SettingsError("SMTP_SENDER must be a bare address such as no-reply@example.ru")
    return sender
