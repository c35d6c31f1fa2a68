"""The stand-in tells what becomes of messages as SMS.RU does: signed, in batches, until it hears 100."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

from shared.adapters.sms.smsru_callbacks import reports_of
from shared.ports.sms import ForgedCallback, SmsProgress, SmsReport
from tests.adapters.outside_standin import Running, running
from tests.adapters.smsru.conftest import API_ID

_number = count(79_164_000_000)


@dataclass
class Customer:
    """Who is called back: answers what the test says, and remembers each form."""

    url: str = ""
    answer: bytes = b"100"
    status: int = 200
    forms: list[bytes] = field(default_factory=list)

    def reports(self) -> list[SmsReport]:
        return [report for form in list(self.forms) for report in reports_of(form, api_id=API_ID)]


@contextmanager
def listening() -> Iterator[Customer]:
    customer = Customer()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            customer.forms.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(customer.status)
            self.send_header("Content-Length", str(len(customer.answer)))
            self.end_headers()
            self.wfile.write(customer.answer)

        def log_message(self, *_args: object) -> None:
            """Keep a test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        customer.url = f"http://127.0.0.1:{server.server_port}/sms"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield customer
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def customer() -> Iterator[Customer]:
    with listening() as heard:
        yield heard


@pytest.fixture
def calling(customer: Customer, tmp_path: Path) -> Iterator[Running]:
    """A stand-in that calls the customer back; a minute lasts 0.12 s."""
    arguments = ("--callback-url", customer.url, "--retry-scale", "0.002")
    with running("smsru", tmp_path, {"SMSRU_API_ID": API_ID}, *arguments) as started:
        yield started


def ask(smsru: Running, path: str, **fields: str) -> Any:
    return requests.post(smsru.url + path, data={"api_id": API_ID, "json": "1", **fields}, timeout=10).json()


def sent(smsru: Running, **fields: str) -> str:
    phone = str(next(_number))
    return str(ask(smsru, "/sms/send", to=phone, msg="Код 1", **fields)["sms"][phone]["sms_id"])


def until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not so():
        assert time.monotonic() < deadline, "it didn't come to be so"
        time.sleep(0.02)


class TestCallbacks:
    def test_follow_a_message_to_its_end(self, calling: Running, customer: Customer) -> None:
        sms_id = sent(calling)
        for seconds, codes in ((0, ["100"]), (3, ["100", "102"]), (10, ["100", "102", "103"])):
            calling.post("clock", seconds=seconds)

            until(lambda codes=codes: [report.provider_code for report in customer.reports()] == codes)  # type: ignore[misc]

        assert {report.provider_message_id for report in customer.reports()} == {sms_id}
        assert customer.reports()[-1].progress is SmsProgress.DELIVERED

    def test_tell_a_failure_that_was_decided(self, calling: Running, customer: Customer) -> None:
        sms_id = sent(calling)

        calling.post(f"messages/{sms_id}", status=104)

        until(lambda: any(report.progress is SmsProgress.UNDELIVERED for report in customer.reports()))

    def test_begin_with_a_heartbeat(self, calling: Running, customer: Customer) -> None:
        sent(calling)

        until(lambda: bool(customer.forms))

        assert dict(parse_qsl(customer.forms[0].decode()))["data[0]"].startswith("test\n")

    def test_say_nothing_of_test_messages(self, calling: Running, customer: Customer) -> None:
        sent(calling, test="1")
        sms_id = sent(calling)

        until(lambda: bool(customer.forms))

        assert {report.provider_message_id for report in customer.reports()} == {sms_id}

    def test_put_the_tenth_key_before_the_second(self, calling: Running, customer: Customer) -> None:
        records = [f"sms_status\n202626-{number}\n103\n1782404881" for number in range(12)]

        calling.post("callbacks", records=records)
        until(lambda: bool(customer.forms))

        names = [name for name, _ in parse_qsl(customer.forms[0].decode())]
        assert names.index("data[10]") < names.index("data[2]")
        assert [report.provider_message_id for report in customer.reports()] == [
            f"202626-{number}" for number in range(12)
        ]

    @pytest.mark.parametrize(("status", "answer"), [(200, b"OK"), (200, b"100\n"), (503, b"100")])
    def test_come_again_until_they_hear_100(
        self, calling: Running, customer: Customer, status: int, answer: bytes
    ) -> None:
        customer.status, customer.answer = status, answer
        calling.post("callbacks", records=["test\n1782404811"])
        until(lambda: len(customer.forms) >= 3)

        customer.status, customer.answer = 200, b"100"

        until(lambda: calling.get("callbacks")[0]["state"] == "taken")
        assert len(set(customer.forms)) == 1

    def test_can_be_repeated(self, calling: Running, customer: Customer) -> None:
        calling.post("callbacks", records=["test\n1782404811"])
        until(lambda: len(customer.forms) == 1)
        number = calling.get("callbacks")[0]["number"]

        calling.post(f"callbacks/{number}", times=2)

        until(lambda: len(customer.forms) == 3)
        assert len(set(customer.forms)) == 1

    def test_can_be_forged(self, calling: Running, customer: Customer) -> None:
        calling.post("callbacks", records=["test\n1782404811"], wrong_hash=True)
        until(lambda: bool(customer.forms))

        with pytest.raises(ForgedCallback):
            customer.reports()

    def test_go_where_the_customer_wants_them(self, smsru: Running, customer: Customer) -> None:
        assert ask(smsru, "/callback/add", url="sms.example")["status_code"] == 901
        assert ask(smsru, "/callback/add", url=customer.url)["callback"] == [customer.url]
        smsru.post("callbacks", records=["test\n1782404811"])
        until(lambda: bool(customer.forms))

        assert ask(smsru, "/callback/del", url=customer.url)["callback"] == []
        assert ask(smsru, "/callback/del", url=customer.url)["status_code"] == 902
        assert ask(smsru, "/callback/get")["callback"] == []


class TestControl:
    @pytest.mark.parametrize("fields", [{}, {"records": "test"}, {"records": [1]}])
    def test_refuses_records_that_are_none(self, smsru: Running, fields: dict[str, object]) -> None:
        assert requests.post(f"{smsru.url}/_control/callbacks", json=fields, timeout=10).status_code == 400

    def test_knows_no_other_batch(self, smsru: Running) -> None:
        assert requests.post(f"{smsru.url}/_control/callbacks/999", timeout=10).status_code == 404
