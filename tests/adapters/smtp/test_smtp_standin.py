"""The stand-in judges with a client that isn't ours: the standard library's."""

import smtplib
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
import requests

from tests.adapters.outside_standin import Running, running

_number = count(1)


def send(smtp: Running, *recipients: str, subject: str = "Привет") -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "a@housler.example", ", ".join(recipients)
    message.set_content("Текст")
    with smtplib.SMTP("127.0.0.1", smtp.ports[0], "client.example", timeout=10) as client:
        client.send_message(message)


def an_address() -> str:
    return f"person{next(_number)}@mail.example"


class TestLetters:
    def test_are_listed_newest_first(self, smtp: Running) -> None:
        address = an_address()
        for subject in ("первое", "второе"):
            send(smtp, address, subject=subject)

        assert [letter["subject"] for letter in smtp.get("letters", to=address)] == ["второе", "первое"]

    def test_are_kept_for_each_recipient(self, smtp: Running) -> None:
        one, two = an_address(), an_address()

        send(smtp, one, two)

        assert all(len(smtp.get("letters", to=address)) == 1 for address in (one, two))

    def test_can_be_read_as_they_came(self, smtp: Running) -> None:
        address = an_address()
        send(smtp, address)
        (letter,) = smtp.get("letters", to=address)

        raw = requests.get(f"{smtp.url}/_control/letters/{letter['number']}.eml", timeout=10)

        assert raw.headers["Content-Type"] == "message/rfc822"
        assert f"To: {address}" in raw.text

    def test_are_found_after_a_restart(self, tmp_path: Path) -> None:
        with running("smtp", tmp_path, {}, "--control-port", "0") as first:
            send(first, "client@mail.example")

        with running("smtp", tmp_path, {}, "--control-port", "0") as second:
            assert len(second.get("letters", to="CLIENT@mail.example")) == 1


class TestFaults:
    def test_spoil_one_recipient_of_two(self, smtp: Running) -> None:
        one, two = an_address(), an_address()
        smtp.post("faults", stage="rcpt", kind="reply", reply="550 5.1.1 No such mailbox")

        send(smtp, one, two)

        assert [len(smtp.get("letters", to=address)) for address in (one, two)] == [0, 1]

    @pytest.mark.parametrize(
        "fields",
        [
            {"stage": "rcpt", "kind": "reply", "reply": "no code"},
            {"stage": "rcpt", "kind": "reply", "reply": "550 one\r\n250 two"},
            {"stage": "rcpt", "kind": "hang"},
            {"stage": "mail", "kind": "drop"},
            {},
        ],
    )
    def test_that_mean_nothing_are_refused(self, smtp: Running, fields: dict[str, str]) -> None:
        assert requests.post(f"{smtp.url}/_control/faults", json=fields, timeout=10).status_code == 400


class TestPage:
    def test_shows_letters_to_a_person(self, smtp: Running) -> None:
        address = an_address()
        send(smtp, address, subject="<i>Код</i>")

        page = requests.get(f"{smtp.url}/_control", timeout=10).content.decode()

        assert address in page
        assert "&lt;i&gt;Код" in page
