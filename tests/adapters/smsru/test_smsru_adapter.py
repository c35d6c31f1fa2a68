import json
from itertools import count

import pytest

from shared.adapters.sms import sms_sender
from shared.adapters.sms.smsru import SmsRu
from shared.config import sms
from shared.config.environment import SettingsError
from shared.config.sms import SmsSettings
from shared.ports.sms import SmsOutcome, SmsResult
from tests.adapters.outside_standin import Running, answering, silent_port
from tests.adapters.smsru.conftest import API_ID

CODES = {
    SmsOutcome.TRY_LATER: (220, 500),
    SmsOutcome.REFUSED_RECIPIENT: (150, 202, 207, 209),
    SmsOutcome.COOL_DOWN: (230, 231, 232, 233),
    SmsOutcome.REFUSED: (
        *(-1, 200, 201, 203, 204, 205, 206, 208, 210, 211, 212, 213, 221),
        *(300, 301, 302, 303, 304, 305, 901, 902, 999),
    ),
}
ACCOUNT_AT_FAULT = {200, 201, 204, 206, 221, 300, 301, 302}
EVERY_CODE = [(code, outcome) for outcome, codes in CODES.items() for code in codes]
_number = count(79_161_000_000)


def a_phone() -> str:
    return f"+{next(_number)}"


def send(sender: SmsRu, phone: str | None = None, text: str = "Код 123456") -> SmsResult:
    return sender.send(phone=phone or a_phone(), text=text, user_ip="203.0.113.7")


class TestSend:
    def test_delivers_the_text_with_sender_and_the_users_address(self, smsru: Running, sender: SmsRu) -> None:
        phone = a_phone()

        result = send(sender, phone, "Код 493817 для подписи договора № 5/а")

        (message,) = smsru.get("messages", phone=phone)
        assert result == SmsResult(SmsOutcome.ACCEPTED, message["sms_id"], "100")
        assert message["text"] == "Код 493817 для подписи договора № 5/а"
        assert (message["sender"], message["user_ip"]) == ("Housler", "203.0.113.7")

    def test_leaves_out_an_unknown_address_and_sender(self, smsru: Running) -> None:
        phone = a_phone()
        sender = SmsRu(SmsSettings(smsru.url, API_ID, None, 1))

        sender.send(phone=phone, text="Код 1", user_ip=None)

        (message,) = smsru.get("messages", phone=phone)
        assert (message["sender"], message["user_ip"]) == (None, None)

    @pytest.mark.parametrize(("code", "outcome"), EVERY_CODE)
    def test_reads_the_phones_own_code_under_a_top_level_ok(
        self, smsru: Running, sender: SmsRu, code: int, outcome: SmsOutcome
    ) -> None:
        phone = a_phone()
        smsru.post("codes", code=code, level="phone")

        result = send(sender, phone)

        assert (result.outcome, result.provider_code) == (outcome, str(code))
        assert result.account_at_fault is (code in ACCOUNT_AT_FAULT)
        assert smsru.get("messages", phone=phone) == []

    @pytest.mark.parametrize(("code", "outcome"), EVERY_CODE)
    def test_reads_the_code_of_the_whole_request(
        self, smsru: Running, sender: SmsRu, code: int, outcome: SmsOutcome
    ) -> None:
        smsru.post("codes", code=code, level="request")

        result = send(sender)

        assert result == SmsResult(outcome, None, str(code), code in ACCOUNT_AT_FAULT)

    def test_does_not_take_an_id_for_acceptance(self, smsru: Running, sender: SmsRu) -> None:
        smsru.post("codes", code=221, level="phone")

        result = send(sender)

        assert result.outcome is SmsOutcome.REFUSED
        assert result.provider_message_id is not None

    def test_is_told_to_cool_down_after_the_same_text(self, smsru: Running, sender: SmsRu) -> None:
        phone = a_phone()

        first, second = send(sender, phone), send(sender, phone)

        assert (first.outcome, second.outcome) == (SmsOutcome.ACCEPTED, SmsOutcome.COOL_DOWN)
        assert second.provider_code == "231"

    def test_calls_for_an_operator_without_money(self, smsru: Running, sender: SmsRu) -> None:
        smsru.post("balance", kopecks=100)

        assert send(sender) == SmsResult(SmsOutcome.REFUSED, None, "201", account_at_fault=True)

    def test_calls_for_an_operator_with_a_wrong_key(self, smsru: Running) -> None:
        sender = SmsRu(SmsSettings(smsru.url, "another", None, 1))

        assert send(sender) == SmsResult(SmsOutcome.REFUSED, None, "200", account_at_fault=True)

    def test_refuses_a_phone_that_is_none(self, sender: SmsRu) -> None:
        assert send(sender, "+7916").outcome is SmsOutcome.REFUSED_RECIPIENT


class TestSilence:
    @pytest.mark.parametrize("kind", ["hang_after", "drop_after", "bad_gateway"])
    def test_does_not_know_about_a_message_that_was_taken(
        self, smsru: Running, sender: SmsRu, kind: str
    ) -> None:
        phone = a_phone()
        smsru.post("faults", kind=kind, seconds=2)

        result = send(sender, phone)

        assert result.outcome is SmsOutcome.UNKNOWN
        assert len(smsru.get("messages", phone=phone)) == 1

    @pytest.mark.parametrize("kind", ["error_before", "drop_before"])
    def test_does_not_know_either_when_nothing_was_sent(
        self, smsru: Running, sender: SmsRu, kind: str
    ) -> None:
        phone = a_phone()
        smsru.post("faults", kind=kind)

        assert send(sender, phone).outcome is SmsOutcome.UNKNOWN
        assert smsru.get("messages", phone=phone) == []

    def test_may_be_tried_later_when_nobody_listens(self) -> None:
        sender = SmsRu(SmsSettings(f"http://127.0.0.1:{silent_port()}", API_ID, None, 1))

        assert send(sender) == SmsResult(SmsOutcome.TRY_LATER)


class TestLooseAnswers:
    PHONE = "+79160000001"

    def read(self, body: bytes, status: int = 200) -> SmsResult:
        with answering(status, body) as url:
            return send(SmsRu(SmsSettings(url, API_ID, None, 5)), self.PHONE)

    def test_takes_codes_as_strings(self) -> None:
        phone = {"status": "OK", "status_code": "100", "sms_id": 2026261000002, "cost": "0"}
        body = json.dumps({"status": "OK", "status_code": "100", "sms": {"79160000001": phone}})

        assert self.read(body.encode()) == SmsResult(SmsOutcome.ACCEPTED, "2026261000002", "100")

    @pytest.mark.parametrize("message_id", ['"\\u0000"', '"a b"', "{}", "null", f'"{"1" * 65}"'])
    def test_keeps_no_id_that_is_none(self, message_id: str) -> None:
        phone = '{"status": "OK", "status_code": 100, "sms_id": ' + message_id + "}"
        body = '{"status": "OK", "sms": {"79160000001": ' + phone + "}}"

        assert self.read(body.encode()) == SmsResult(SmsOutcome.ACCEPTED, None, "100")

    @pytest.mark.parametrize(
        ("body", "result"),
        [
            (
                b"100\n202626-1000002\nbalance=10.5",
                SmsResult(SmsOutcome.ACCEPTED, "202626-1000002", "100"),
            ),
            (b"100\r\n202626-1000002\r\n", SmsResult(SmsOutcome.ACCEPTED, "202626-1000002", "100")),
            (b"100\n207\nbalance=10.5", SmsResult(SmsOutcome.REFUSED_RECIPIENT, None, "207")),
            (b"220", SmsResult(SmsOutcome.TRY_LATER, None, "220")),
            (b"201\n", SmsResult(SmsOutcome.REFUSED, None, "201", account_at_fault=True)),
        ],
    )
    def test_reads_an_answer_in_plain_text(self, body: bytes, result: SmsResult) -> None:
        assert self.read(body) == result

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"100",
            b"100\n100\nbalance=10.5",
            b"100\nbalance=10.5",
            b"1000\n202626-1000002",
            b"OK\n202626-1000002",
            b"[]",
            b"\xff\xfe",
            b'{"status": "ERROR"}',
            b'{"status": "OK", "status_code": 100}',
            b'{"status": "OK", "sms": []}',
            b'{"status": "OK", "sms": {"79160000002": {"status": "OK"}}}',
            b'{"status": "OK", "sms": {"79160000001": "OK"}}',
        ],
    )
    def test_does_not_guess_from_an_answer_it_cannot_read(self, body: bytes) -> None:
        assert self.read(body).outcome is SmsOutcome.UNKNOWN

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [(404, SmsOutcome.REFUSED), (503, SmsOutcome.UNKNOWN), (301, SmsOutcome.UNKNOWN)],
    )
    def test_names_an_http_error(self, status: int, outcome: SmsOutcome) -> None:
        assert self.read(b"<html>", status) == SmsResult(outcome, None, f"http_{status}")


class TestSettings:
    @pytest.fixture(autouse=True)
    def forget(self) -> None:
        sms.load.cache_clear()

    def test_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOUSLER_STAGE", "local")
        monkeypatch.setenv("SMSRU_URL", f"http://127.0.0.1:{silent_port()}")
        monkeypatch.setenv("SMSRU_API_ID", API_ID)

        result = sms_sender().send(phone=a_phone(), text="Код 1", user_ip=None)

        assert result.outcome is SmsOutcome.TRY_LATER

    def test_keep_the_key_out_of_their_text(self) -> None:
        assert API_ID not in repr(SmsSettings("https://sms.ru", API_ID, None, 1))

    def test_demand_https_in_production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOUSLER_STAGE", "production")
        monkeypatch.setenv("SMSRU_URL", "http://sms.ru")
        monkeypatch.setenv("SMSRU_API_ID", API_ID)

        with pytest.raises(SettingsError, match="SMSRU_URL"):
            sms.load()
