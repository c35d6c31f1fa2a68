"""The stand-in answers as SMS.RU was recorded to."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.adapters.outside_standin import Running, running
from tests.adapters.smsru.conftest import API_ID

_number = count(79_162_000_000)


def call(smsru: Running, path: str, **fields: str) -> requests.Response:
    reply = requests.post(smsru.url + path, data={"api_id": API_ID, **fields}, timeout=10)
    assert reply.status_code == 200
    return reply


def ask(smsru: Running, path: str, **fields: str) -> Any:
    return call(smsru, path, json="1", **fields).json()


def send(smsru: Running, text: str = "Привет", **fields: str) -> tuple[str, Any]:
    phone = str(next(_number))
    return phone, ask(smsru, "/sms/send", to=phone, msg=text, **fields)


class TestSend:
    def test_answers_each_phone_on_its_own(self, smsru: Running) -> None:
        phone = str(next(_number))

        answer = ask(smsru, "/sms/send", to=f"{phone},123", msg="Привет")

        assert (answer["status"], answer["status_code"]) == ("OK", 100)
        assert answer["sms"][phone]["status"] == "OK"
        assert answer["sms"]["123"]["status_code"] == 202

    def test_takes_texts_by_phone(self, smsru: Running) -> None:
        one, two = str(next(_number)), str(next(_number))

        ask(smsru, "/sms/send", **{f"multi[{one}]": "Раз", f"to[{two}]": "Два"})

        assert [smsru.get("messages", phone=phone)[0]["text"] for phone in (one, two)] == ["Раз", "Два"]

    def test_speaks_plain_text_unless_asked_for_json(self, smsru: Running) -> None:
        reply = call(smsru, "/sms/send", to=str(next(_number)), text="Hi")

        code, sms_id, balance = reply.text.split("\n")
        assert (code, balance.split("=")[0]) == ("100", "balance")
        assert smsru.get("messages")[0]["sms_id"] == sms_id
        assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"

    def test_charges_by_segments_of_the_alphabet(self, smsru: Running) -> None:
        smsru.post("balance", kopecks=10_000)

        send(smsru, "a" * 160)
        send(smsru, "я" * 71)

        assert ask(smsru, "/my/balance")["balance"] == pytest.approx(100 - 3 * 5.99)

    def test_imitates_a_test_message(self, smsru: Running) -> None:
        before = ask(smsru, "/my/balance")["balance"]

        phone, answer = send(smsru, test="1")

        assert answer["sms"][phone]["status_code"] == 100
        assert smsru.get("messages", phone=phone) == []
        assert [message["test"] for message in smsru.get("messages", phone=phone, all="1")] == [True]
        assert ask(smsru, "/my/balance")["balance"] == before

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"msg": "Привет"}, 202),
            ({"to": "79160000000"}, 203),
            ({"to": "79160000000", "msg": "я" * 537}, 205),
            ({"to": "79160000000", "msg": "Привет", "time": "99999999999"}, 208),
            ({"to": ",".join(str(79_169_000_000 + n) for n in range(101)), "msg": "Привет"}, 213),
        ],
    )
    def test_refuses_a_request_that_is_wrong(self, smsru: Running, fields: dict[str, str], code: int) -> None:
        assert ask(smsru, "/sms/send", **fields)["status_code"] == code

    def test_ends_with_the_days_limit(self, smsru: Running) -> None:
        smsru.post("limit", total=int(ask(smsru, "/my/limit")["used_today"]) + 1)

        (one, first), (two, second) = send(smsru), send(smsru)

        assert [first["sms"][one]["status_code"], second["sms"][two]["status_code"]] == [100, 206]

    def test_escapes_slashes_and_forbids_keeping(self, smsru: Running) -> None:
        smsru.post("codes", code=301, level="request")

        reply = call(smsru, "/sms/send", json="1")

        assert "\\/" in reply.text
        assert "/" not in reply.text.replace("\\/", "")
        assert (reply.headers["Sms-Api"], reply.headers["Cache-Control"]) == ("1", "no-store")


class TestOtherAddresses:
    def test_a_delivery_walks_on_with_time(self, smsru: Running) -> None:
        phone, answer = send(smsru)
        sms_id = answer["sms"][phone]["sms_id"]
        seen = []

        for seconds in (0, 3, 10):
            smsru.post("clock", seconds=seconds)
            seen.append(ask(smsru, "/sms/status", sms_id=sms_id)["sms"][sms_id]["status_code"])

        assert seen == [100, 102, 103]

    def test_a_delivery_can_be_decided(self, smsru: Running) -> None:
        phone, answer = send(smsru)
        sms_id = answer["sms"][phone]["sms_id"]

        smsru.post(f"messages/{sms_id}", status=104)

        assert ask(smsru, "/sms/status", sms_id=sms_id)["sms"][sms_id]["status_code"] == 104

    def test_an_unknown_message_is_not_found(self, smsru: Running) -> None:
        found = ask(smsru, "/sms/status", sms_id="202601-1")["sms"]["202601-1"]

        assert found == {"status": "ERROR", "status_code": -1, "status_text": "Сообщение не найдено"}

    def test_the_cost_has_totals_only_for_good_phones(self, smsru: Running) -> None:
        good, bad = (ask(smsru, "/sms/cost", to=to, msg="Привет") for to in ("79160000000", "123"))

        assert (good["total_cost"], good["total_sms"]) == (5.99, 1)
        assert "total_cost" not in bad

    def test_limits_are_loosely_typed(self, smsru: Running) -> None:
        limit = ask(smsru, "/my/limit")

        assert isinstance(limit["total_limit"], str)
        assert isinstance(limit["used_today"], int)

    @pytest.mark.parametrize(("api_id", "code"), [(API_ID, 100), ("another", 200)])
    def test_the_key_is_checked(self, smsru: Running, api_id: str, code: int) -> None:
        assert ask(smsru, "/auth/check", api_id=api_id)["status_code"] == code

    def test_a_key_is_needed(self, smsru: Running) -> None:
        assert requests.post(f"{smsru.url}/auth/check", timeout=10).text == "301"

    def test_there_are_no_other_methods(self, smsru: Running) -> None:
        assert ask(smsru, "/sms/sent")["status_code"] == 211


class TestControl:
    def test_the_page_shows_messages_and_switches(self, smsru: Running) -> None:
        phone, _ = send(smsru, "<b>Код</b>")

        page = requests.get(f"{smsru.url}/_control", timeout=10).content.decode()

        assert phone in page
        assert "&lt;b&gt;Код" in page

    def test_a_phone_is_found_however_it_is_written(self, smsru: Running) -> None:
        phone, _ = send(smsru)

        assert len(smsru.get("messages", phone=f"+{phone}")) == 1

    @pytest.mark.parametrize(
        ("path", "fields"),
        [
            ("faults", {"kind": "extra_field"}),
            ("faults", {"kind": "another"}),
            ("codes", {"code": "many", "level": "phone"}),
            ("codes", {"code": 220, "level": "another"}),
            ("balance", {}),
        ],
    )
    def test_a_switch_that_means_nothing_is_refused(
        self, smsru: Running, path: str, fields: dict[str, object]
    ) -> None:
        assert requests.post(f"{smsru.url}/_control/{path}", json=fields, timeout=10).status_code == 400

    def test_a_restart_finds_the_messages(self, tmp_path: Path) -> None:
        with running("smsru", tmp_path, {"SMSRU_API_ID": API_ID}) as first:
            phone, _ = send(first)

        with running("smsru", tmp_path, {"SMSRU_API_ID": API_ID}) as second:
            assert len(second.get("messages", phone=phone)) == 1
