import socket

import pytest
import requests

from shared.adapters.email import email_sender
from shared.adapters.email.html import page_of
from shared.adapters.email.smtp import SmtpMailer
from shared.config import email
from shared.config.email import SmtpSecurity
from shared.config.environment import SettingsError
from shared.ports.email import EmailOutcome, EmailResult, Letter
from tests.adapters.outside_standin import Running, silent_port
from tests.adapters.smtp.conftest import SENDER, a_letter, received, settings


class TestSend:
    def test_delivers_a_russian_letter(self, smtp: Running, mailer: SmtpMailer) -> None:
        letter = a_letter(subject="Договор № 5 подписан — чек внутри", text="Сумма: 150 000,00 ₽\n")

        result = mailer.send(letter)

        (found,) = received(smtp, letter)
        assert (result.outcome, result.message_id) == (EmailOutcome.ACCEPTED, found["message_id"])
        assert (found["subject"], found["text"]) == (letter.subject, letter.text)
        assert found["sender"] == SENDER

    def test_says_the_same_in_html_beside_the_text(self, smtp: Running, mailer: SmtpMailer) -> None:
        letter = a_letter(text="Здравствуйте!\n\nДоговор <№ 5>: https://lk.housler.test/d/5\n")

        mailer.send(letter)

        (found,) = received(smtp, letter)
        assert found["html"] == page_of(letter.subject, letter.text)
        assert found["text"] == letter.text
        headers = found["headers"]
        assert isinstance(headers, dict)
        assert headers["Content-Type"].startswith("multipart/alternative")

    def test_says_that_a_machine_wrote_it(self, smtp: Running, mailer: SmtpMailer) -> None:
        letter = a_letter()

        mailer.send(letter)

        headers = received(smtp, letter)[0]["headers"]
        assert isinstance(headers, dict)
        assert headers["Auto-Submitted"] == "auto-generated"
        assert (headers["From"], headers["To"]) == (SENDER, letter.recipient)
        assert "Date" in headers

    def test_gives_each_letter_an_id_in_our_domain(self, mailer: SmtpMailer) -> None:
        letter = a_letter()

        ids = {mailer.send(letter).message_id for _ in range(2)}

        assert len(ids) == 2
        assert all(str(one).endswith("@housler.example>") for one in ids)

    def test_keeps_lines_that_begin_with_a_dot(self, smtp: Running, mailer: SmtpMailer) -> None:
        letter = a_letter(subject="dots", text=".\n..two\n.end\n")

        mailer.send(letter)

        assert received(smtp, letter)[0]["text"] == letter.text

    def test_travels_as_seven_bits(self, smtp: Running, mailer: SmtpMailer) -> None:
        letter = a_letter()
        mailer.send(letter)
        (found,) = received(smtp, letter)

        raw = requests.get(f"{smtp.url}/_control/letters/{found['number']}.eml", timeout=10).content

        assert raw.isascii()

    def test_writes_a_russian_domain_as_idna(self, smtp: Running, mailer: SmtpMailer) -> None:
        result = mailer.send(a_letter("Ivan.Petrov@Почта.РФ"))

        (found,) = smtp.get("letters", to="ivan.petrov@xn--80a1acny.xn--p1ai")
        assert result.outcome is EmailOutcome.ACCEPTED
        assert found["headers"]["To"] == "Ivan.Petrov@xn--80a1acny.xn--p1ai"

    @pytest.mark.parametrize(
        "address",
        [
            *("", "client", "@mail.example", "client@", "client@localhost", "иван@mail.example"),
            *(
                "a@b.example, c@d.example",
                "Ivan <client@mail.example>",
                "a b@mail.example",
                "a..b@mail.example",
            ),
            *(
                "client@mail..example",
                f"{'a' * 65}@mail.example",
                f"client@{'a' * 64}.example",
                "a@-b.example",
            ),
        ],
    )
    def test_refuses_what_is_no_address(self, mailer: SmtpMailer, address: str) -> None:
        letter = Letter(address, "Код", "Код")

        assert mailer.send(letter) == EmailResult(EmailOutcome.REFUSED_RECIPIENT, provider_code="bad_address")

    @pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\0", "\u2028"])
    @pytest.mark.parametrize("field", ["recipient", "subject"])
    def test_refuses_a_header_in_a_field(self, mailer: SmtpMailer, field: str, line_break: str) -> None:
        values = {"recipient": "client@mail.example", "subject": "Код"}
        values[field] += f"{line_break}Bcc: other@mail.example"

        with pytest.raises(ValueError, match=field):
            mailer.send(Letter(text="Код", **values))


class TestRefusals:
    @pytest.mark.parametrize(
        ("stage", "reply", "outcome"),
        [
            ("mail", "421 4.3.2 Going down", EmailOutcome.TRY_LATER),
            ("mail", "550 5.7.1 Not yours to send", EmailOutcome.REFUSED),
            ("rcpt", "550 5.1.1 No such mailbox", EmailOutcome.REFUSED_RECIPIENT),
            ("rcpt", "552 5.2.2 Mailbox full", EmailOutcome.REFUSED_RECIPIENT),
            ("rcpt", "553 Mailbox name not allowed", EmailOutcome.REFUSED_RECIPIENT),
            ("rcpt", "550 5.7.1 Relaying denied", EmailOutcome.REFUSED),
            ("rcpt", "451 4.2.1 Mailbox busy", EmailOutcome.TRY_LATER),
            ("rcpt", "421 4.3.2 Going down", EmailOutcome.TRY_LATER),
            ("data", "451 4.3.0 Try again", EmailOutcome.TRY_LATER),
            ("data", "421 4.3.2 Going down", EmailOutcome.TRY_LATER),
            ("data", "552 5.3.4 Message too big", EmailOutcome.REFUSED),
            ("data", "554 5.6.0 Looks like spam", EmailOutcome.REFUSED),
        ],
    )
    def test_reads_the_servers_reply(
        self, smtp: Running, mailer: SmtpMailer, stage: str, reply: str, outcome: EmailOutcome
    ) -> None:
        letter = a_letter()
        smtp.post("faults", stage=stage, kind="reply", reply=reply)

        result = mailer.send(letter)

        assert result == EmailResult(outcome, provider_code=reply[:3])
        assert received(smtp, letter) == []

    def test_recovers_with_the_next_letter(self, smtp: Running, mailer: SmtpMailer) -> None:
        smtp.post("faults", stage="rcpt", kind="reply", reply="451 Busy")

        outcomes = [mailer.send(a_letter()).outcome for _ in range(2)]

        assert outcomes == [EmailOutcome.TRY_LATER, EmailOutcome.ACCEPTED]


class TestSilence:
    @pytest.mark.parametrize("kind", ["hang", "drop"])
    def test_does_not_know_about_a_letter_that_went_out(
        self, smtp: Running, mailer: SmtpMailer, kind: str
    ) -> None:
        letter = a_letter()
        smtp.post("faults", stage="data", kind=kind, seconds=2)

        result = mailer.send(letter)

        (found,) = received(smtp, letter)
        assert (result.outcome, result.message_id) == (EmailOutcome.UNKNOWN, found["message_id"])

    def test_may_be_tried_later_when_cut_before_the_letter(self, smtp: Running, mailer: SmtpMailer) -> None:
        letter = a_letter()
        smtp.post("faults", stage="rcpt", kind="drop")

        assert mailer.send(letter) == EmailResult(EmailOutcome.TRY_LATER)
        assert received(smtp, letter) == []

    def test_may_be_tried_later_when_nobody_listens(self, smtp: Running) -> None:
        mailer = SmtpMailer(settings(smtp, port=silent_port()))

        assert mailer.send(a_letter()) == EmailResult(EmailOutcome.TRY_LATER)

    def test_may_be_tried_later_when_a_server_says_nothing_at_all(self, smtp: Running) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            mailer = SmtpMailer(settings(smtp, port=mute.getsockname()[1]))

            assert mailer.send(a_letter()) == EmailResult(EmailOutcome.TRY_LATER)


class TestSettings:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        email.load.cache_clear()
        for name in ("SMTP_USERNAME", "SMTP_PASSWORD", "SMTP_SECURITY", "SMTP_CA_FILE", "SMTP_PORT"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOUSLER_STAGE", "production")
        monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("SMTP_SENDER", SENDER)

    def test_make_the_sender(self, smtp: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOUSLER_STAGE", "local")
        monkeypatch.setenv("SMTP_SECURITY", "none")
        monkeypatch.setenv("SMTP_PORT", str(smtp.ports[0]))

        assert email_sender().send(a_letter()).outcome is EmailOutcome.ACCEPTED

    def test_encrypt_unless_told_otherwise(self) -> None:
        assert email.load().security is SmtpSecurity.STARTTLS

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *(("SMTP_SECURITY", "none"), ("SMTP_SECURITY", "ssl"), ("SMTP_PASSWORD", "alone")),
            *(("SMTP_SENDER", "Housler <no-reply@housler.example>"), ("SMTP_SENDER", "no-reply")),
        ],
    )
    def test_name_the_variable_that_is_wrong(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)

        with pytest.raises(SettingsError, match=name):
            email.load()

    def test_keep_the_password_out_of_their_text(self, smtp: Running) -> None:
        assert "secret word" not in repr(settings(smtp, username="housler", password="secret word"))
