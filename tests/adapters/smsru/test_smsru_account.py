from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from shared.adapters.sms.smsru import SmsRu
from shared.adapters.sms.smsru_account import SmsRuAccount, sms_account
from shared.adapters.sms.smsru_codes import progress_of
from shared.config.sms import SmsSettings
from shared.ports.sms import SmsProgress, SmsProviderSilent, SmsReport
from tests.adapters.outside_standin import Running, answering, silent_port
from tests.adapters.smsru.conftest import API_ID

Scripted = Callable[[str], SmsRuAccount]

_number = count(79_163_000_000)


@pytest.fixture
def account(smsru: Running) -> SmsRuAccount:
    return SmsRuAccount(SmsSettings(smsru.url, API_ID, None, 1))


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """An account that is always answered with one body."""
    with ExitStack() as opened:
        yield lambda body: SmsRuAccount(
            SmsSettings(opened.enter_context(answering(200, body.encode())), API_ID, None, 5)
        )


def sent(sender: SmsRu) -> str:
    """The id of a message that SMS.RU has taken."""
    result = sender.send(phone=f"+{next(_number)}", text="Код 123456", user_ip=None)
    assert result.provider_message_id is not None
    return result.provider_message_id


class TestBalance:
    @pytest.mark.parametrize("kopecks", [0, 1, 29, 100_000, 123_456_789])
    def test_is_exact_to_the_kopeck(self, smsru: Running, account: SmsRuAccount, kopecks: int) -> None:
        smsru.post("balance", kopecks=kopecks)

        assert account.balance_kopecks() == kopecks

    @pytest.mark.parametrize("balance", ['"4.35"', "4.35"])
    def test_may_come_as_a_string(self, scripted: Scripted, balance: str) -> None:
        assert scripted(f'{{"status": "OK", "balance": {balance}}}').balance_kopecks() == 435


class TestDayLimit:
    def test_is_read_however_it_is_typed(self, smsru: Running, account: SmsRuAccount, sender: SmsRu) -> None:
        before = account.day_limit()

        sent(sender)

        assert account.day_limit() == (5000, before[1] + 1)

    @pytest.mark.parametrize("used", ["null", "0", '"0"'])
    def test_may_leave_out_that_nothing_was_used(self, scripted: Scripted, used: str) -> None:
        assert scripted(f'{{"status": "OK", "total_limit": "10", "used_today": {used}}}').day_limit() == (
            10,
            0,
        )


class TestReports:
    def test_follow_each_message(self, smsru: Running, account: SmsRuAccount, sender: SmsRu) -> None:
        first, second = sent(sender), sent(sender)
        smsru.post(f"messages/{first}", status=104)
        smsru.post("clock", seconds=10)

        assert account.reports([first, second, "202601-1"]) == [
            SmsReport(first, SmsProgress.UNDELIVERED, "104"),
            SmsReport(second, SmsProgress.DELIVERED, "103"),
            SmsReport("202601-1", SmsProgress.NOT_FOUND, "-1"),
        ]

    def test_leave_out_what_the_answer_leaves_out(self, scripted: Scripted) -> None:
        body = '{"status": "OK", "sms": {"1-1": {"status_code": "103"}, "1-2": [], "1-3": {}}}'

        assert scripted(body).reports(["1-1", "1-2", "1-3", "1-4"]) == [
            SmsReport("1-1", SmsProgress.DELIVERED, "103")
        ]

    def test_are_asked_for_a_hundred_at_once(self, account: SmsRuAccount) -> None:
        with pytest.raises(ValueError, match="100"):
            account.reports([f"202626-{number}" for number in range(101)])


class TestCodes:
    def test_say_where_a_message_is(self) -> None:
        by_progress = {
            SmsProgress.ON_ITS_WAY: ("100", "101", "102", "999", ""),
            SmsProgress.DELIVERED: ("103", "110"),
            SmsProgress.UNDELIVERED: ("104", "105", "106", "107", "108", "150"),
            SmsProgress.NOT_FOUND: ("-1",),
        }

        assert {code: progress_of(code) for codes in by_progress.values() for code in codes} == {
            code: progress for progress, codes in by_progress.items() for code in codes
        }


class TestSilence:
    @pytest.mark.parametrize("kind", ["hang_after", "drop_after", "bad_gateway", "error_before"])
    @pytest.mark.parametrize("path", ["/my/balance", "/my/limit", "/sms/status"])
    def test_is_said(self, smsru: Running, account: SmsRuAccount, path: str, kind: str) -> None:
        smsru.post("faults", kind=kind, operation=path, seconds=2)

        with pytest.raises(SmsProviderSilent):
            ask(account, path)

    @pytest.mark.parametrize("path", ["/my/balance", "/my/limit", "/sms/status"])
    @pytest.mark.parametrize(
        "body",
        [
            *("", "100\n52.54", "[]", '{"status": "OK"}', '{"status": "OK", "balance": "NaN"}'),
            *('{"status": "OK", "total_limit": -1}', '{"status": "OK", "balance": []}'),
        ],
    )
    def test_is_an_answer_that_nobody_can_read(self, scripted: Scripted, path: str, body: str) -> None:
        with pytest.raises(SmsProviderSilent):
            ask(scripted(body), path)

    def test_names_the_providers_code(self, smsru: Running) -> None:
        with pytest.raises(SmsProviderSilent, match="code_200"):
            SmsRuAccount(SmsSettings(smsru.url, "another", None, 1)).balance_kopecks()

    def test_is_nobody_listening(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SMSRU_URL", f"http://127.0.0.1:{silent_port()}")
        monkeypatch.setenv("SMSRU_API_ID", API_ID)

        with pytest.raises(SmsProviderSilent, match="NotConnected"):
            sms_account().balance_kopecks()


def ask(account: SmsRuAccount, path: str) -> object:
    match path:
        case "/my/balance":
            return account.balance_kopecks()
        case "/my/limit":
            return account.day_limit()
        case _:
            return account.reports(["202626-1"])
