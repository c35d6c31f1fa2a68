"""Letters and passwords go to the server that its certificate names, or nowhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.adapters.email.smtp import SmtpMailer
from shared.config.email import SmtpSecurity
from shared.ports.email import EmailOutcome, EmailResult
from tests.adapters.outside_standin import Running, running
from tests.adapters.smtp.conftest import Certificate, a_letter, received, settings


@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
class TestEncrypted:
    @pytest.fixture
    def server(self, locked: Callable[[bool], Running], security: SmtpSecurity) -> Running:
        return locked(security is SmtpSecurity.TLS)

    def mailer(self, server: Running, certificate: Certificate, **changes: object) -> SmtpMailer:
        usual = {"username": "housler", "password": "secret word", "ca_file": str(certificate.certificate)}
        return SmtpMailer(settings(server, **(usual | changes)))

    def test_logs_in_and_sends(
        self, server: Running, certificate: Certificate, security: SmtpSecurity
    ) -> None:
        letter = a_letter()

        result = self.mailer(server, certificate, security=security).send(letter)

        (found,) = received(server, letter)
        assert result.outcome is EmailOutcome.ACCEPTED
        assert (found["tls"], found["username"]) == (True, "housler")

    def test_calls_for_an_operator_when_the_password_is_wrong(
        self, server: Running, certificate: Certificate, security: SmtpSecurity
    ) -> None:
        mailer = self.mailer(server, certificate, security=security, password="another")

        assert mailer.send(a_letter()) == EmailResult(EmailOutcome.REFUSED, provider_code="535")

    @pytest.mark.parametrize(
        ("reply", "outcome"),
        [
            ("454 4.7.0 Temporary authentication failure", EmailOutcome.TRY_LATER),
            ("535 5.7.8 Authentication failed", EmailOutcome.REFUSED),
            ("534 5.7.9 Mechanism too weak", EmailOutcome.REFUSED),
        ],
    )
    def test_reads_why_a_log_in_fails(
        self,
        server: Running,
        certificate: Certificate,
        security: SmtpSecurity,
        reply: str,
        outcome: EmailOutcome,
    ) -> None:
        for _way_of_logging_in in ("PLAIN", "LOGIN"):
            server.post("faults", stage="auth", kind="reply", reply=reply)

        result = self.mailer(server, certificate, security=security).send(a_letter())

        assert result == EmailResult(outcome, provider_code=reply[:3])

    def test_calls_for_an_operator_without_a_log_in(
        self, server: Running, certificate: Certificate, security: SmtpSecurity
    ) -> None:
        mailer = self.mailer(server, certificate, security=security, username=None, password=None)

        assert mailer.send(a_letter()) == EmailResult(EmailOutcome.REFUSED, provider_code="530")

    def test_trusts_no_certificate_of_its_own_making(
        self, server: Running, certificate: Certificate, security: SmtpSecurity
    ) -> None:
        mailer = self.mailer(server, certificate, security=security, ca_file=None)

        assert mailer.send(a_letter()) == EmailResult(EmailOutcome.REFUSED, provider_code="tls_certificate")


@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
class TestAnotherServersCertificate:
    def test_is_not_taken_for_the_servers_own(
        self, tmp_path: Path, foreign_certificate: Certificate, security: SmtpSecurity
    ) -> None:
        implicit = ("--tls",) if security is SmtpSecurity.TLS else ()
        letter, trusted = a_letter(), str(foreign_certificate.certificate)
        with running(
            "smtp", tmp_path, {}, "--control-port", "0", *foreign_certificate.arguments, *implicit
        ) as server:
            result = SmtpMailer(settings(server, security=security, ca_file=trusted)).send(letter)

            assert result == EmailResult(EmailOutcome.REFUSED, provider_code="tls_certificate")
            assert received(server, letter) == []


class TestNoEncryptionOffered:
    def test_never_falls_back_to_plain_text(self, smtp: Running) -> None:
        letter = a_letter()
        mailer = SmtpMailer(settings(smtp, security=SmtpSecurity.STARTTLS))

        result = mailer.send(letter)

        assert result == EmailResult(EmailOutcome.REFUSED, provider_code="no_starttls")
        assert received(smtp, letter) == []

    def test_needs_a_server_that_takes_its_log_in(self, smtp: Running) -> None:
        mailer = SmtpMailer(settings(smtp, username="housler", password="secret word"))

        assert mailer.send(a_letter()) == EmailResult(EmailOutcome.REFUSED, provider_code="no_auth")
