import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.adapters.email.smtp import SmtpMailer
from shared.config.email import EmailSettings, SmtpSecurity
from shared.ports.email import Letter
from tests.adapters.outside_standin import Running, running

SENDER = "no-reply@housler.example"

_number = count(1)


@dataclass(frozen=True)
class Certificate:
    certificate: Path
    key: Path

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("--certificate", str(self.certificate), "--key", str(self.key))


def a_letter(recipient: str | None = None, **changes: str) -> Letter:
    usual = {"subject": "Код подтверждения", "text": "Ваш код: 493817\n"}
    return Letter(recipient=recipient or f"client{next(_number)}@mail.example", **(usual | changes))


def received(smtp: Running, letter: Letter) -> list[dict[str, object]]:
    return list(smtp.get("letters", to=letter.recipient))


def settings(smtp: Running, **changes: object) -> EmailSettings:
    usual: dict[str, object] = {
        "host": "127.0.0.1",
        "port": smtp.ports[0],
        "username": None,
        "password": None,
        "security": SmtpSecurity.NONE,
        "sender": SENDER,
        "timeout_seconds": 1,
        "ca_file": None,
    }
    return EmailSettings(**(usual | changes))  # type: ignore[arg-type] # a test's own names


@pytest.fixture(scope="session")
def smtp_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("smtp", tmp_path_factory.mktemp("smtp"), {}, "--control-port", "0") as started:
        yield started


@pytest.fixture
def smtp(smtp_process: Running) -> Running:
    smtp_process.delete("faults")
    return smtp_process


@pytest.fixture
def mailer(smtp: Running) -> SmtpMailer:
    return SmtpMailer(settings(smtp))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1 that only its own authority (itself) vouches for."""
    return _certificate(tmp_path_factory.mktemp("tls"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


@pytest.fixture(scope="session")
def foreign_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """One like it for another server."""
    return _certificate(tmp_path_factory.mktemp("foreign-tls"), x509.DNSName("mail.other.example"))


def _certificate(folder: Path, server: x509.GeneralName) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([server]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    made.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made


@pytest.fixture(scope="session")
def locked(
    tmp_path_factory: pytest.TempPathFactory, certificate: Certificate
) -> Iterator[Callable[[bool], Running]]:
    """Servers that ask for a log-in over STARTTLS, or over TLS from the first byte."""
    keys = {"SMTP_USERNAME": "housler", "SMTP_PASSWORD": "secret word"}
    ports = ("--control-port", "0")
    with (
        running(
            "smtp", tmp_path_factory.mktemp("starttls"), keys, *ports, *certificate.arguments
        ) as upgraded,
        running(
            "smtp", tmp_path_factory.mktemp("tls-mail"), keys, *ports, *certificate.arguments, "--tls"
        ) as wrapped,
    ):
        yield lambda implicit: wrapped if implicit else upgraded
