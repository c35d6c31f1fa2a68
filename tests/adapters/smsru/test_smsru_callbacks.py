import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote_plus, urlencode

import pytest

from shared.adapters.sms.smsru_callbacks import reports_of
from shared.ports.sms import ForgedCallback, SmsProgress, SmsReport

API_ID = "00000000-0000-0000-0000-000000000000"
EXAMPLE = (
    "test\n1782404811",
    "sms_status\n202626-1000002\n103\n1782404881",
    "callcheck_status\n202626-48053517\n401\n1782405619",
)
EXAMPLE_HASH = "b46de2e8ab8604a67007215086d029fdfe1c040dc4f6492897ed0db9296157d0"
A_RECORD = EXAMPLE[1]
A_REPORT = SmsReport(
    "202626-1000002", SmsProgress.DELIVERED, "103", datetime(2026, 6, 25, 16, 28, 1, tzinfo=UTC)
)


def signature(*records: str, api_id: str = API_ID) -> str:
    return hashlib.sha256((api_id + "".join(records)).encode()).hexdigest()


def a_form(fields: Mapping[str, str], said: str) -> bytes:
    return urlencode({**fields, "hash": said}).encode()


def numbered(*records: str) -> dict[str, str]:
    return {f"data[{number}]": record for number, record in enumerate(records)}


def read(*records: str) -> list[SmsReport]:
    return reports_of(a_form(numbered(*records), signature(*records)), api_id=API_ID)


class TestRecords:
    def test_of_the_worked_example_are_taken(self) -> None:
        assert reports_of(a_form(numbered(*EXAMPLE), EXAMPLE_HASH), api_id=API_ID) == [A_REPORT]

    def test_are_put_in_the_order_of_their_numbers(self) -> None:
        records = [f"sms_status\n202626-{number}\n103\n1782404881" for number in range(12)]
        shuffled = dict(sorted(numbered(*records).items()))
        assert list(shuffled)[1] == "data[10]"

        assert reports_of(a_form(shuffled, signature(*records)), api_id=API_ID) == [
            A_REPORT._replace(provider_message_id=f"202626-{number}") for number in range(12)
        ]

    def test_keep_their_line_breaks_to_the_byte(self) -> None:
        windows = A_RECORD.replace("\n", "\r\n")

        assert read(windows) == [A_REPORT]
        for sent, signed in ((windows, A_RECORD), (A_RECORD, windows)):
            with pytest.raises(ForgedCallback):
                reports_of(a_form(numbered(sent), signature(signed)), api_id=API_ID)

    def test_may_hold_any_bytes(self) -> None:
        record = b"note\n\xff\xfe\x00 \xd0\x9f+&=%"
        said = hashlib.sha256(API_ID.encode() + record + A_RECORD.encode()).hexdigest()
        form = f"data[0]={quote_plus(record)}&data%5B1%5D={quote_plus(A_RECORD)}&hash={said}"

        assert reports_of(form.encode(), api_id=API_ID) == [A_REPORT]

    @pytest.mark.parametrize(
        "record",
        [
            *("", "test\n1782404811", "callcheck_status\n1-1\n401\n1782405619", "viber_status\n1\n2\n3"),
            *("sms_status", "sms_status\n202626-1\n103", "sms_status\n202626-1\nmany\n1782404881"),
            *(
                "sms_status\n\n103\n1782404881",
                "sms_status\n1 2\n103\n1782404881",
                f"sms_status\n{'1' * 65}\n1\n2",
            ),
            "sms_status\n202626-1\n103\n99999999999",
        ],
    )
    def test_of_other_kinds_are_left_out(self, record: str) -> None:
        assert read(record, A_RECORD) == [A_REPORT]

    def test_are_a_hundred_at_most(self) -> None:
        hundred = [A_RECORD] * 100

        assert read(*hundred) == [A_REPORT] * 100
        with pytest.raises(ForgedCallback):
            read(*hundred, A_RECORD)

    def test_may_come_with_a_field_that_nobody_knows(self) -> None:
        form = a_form({**numbered(*EXAMPLE), "version": "2"}, EXAMPLE_HASH)

        assert reports_of(form, api_id=API_ID) == [A_REPORT]


class TestForgery:
    @pytest.mark.parametrize(
        "said",
        [
            *("", "0" * 64, EXAMPLE_HASH.upper(), EXAMPLE_HASH[:-1], f"{EXAMPLE_HASH} ", "ы" * 64),
            signature(*EXAMPLE, api_id="another"),
            signature(*reversed(EXAMPLE)),
        ],
    )
    def test_of_the_hash_is_refused(self, said: str) -> None:
        with pytest.raises(ForgedCallback):
            reports_of(a_form(numbered(*EXAMPLE), said), api_id=API_ID)

    @pytest.mark.parametrize(
        "changed", [numbered(*EXAMPLE[1:]), numbered(*EXAMPLE, A_RECORD), numbered(*EXAMPLE[:2], "test\n1")]
    )
    def test_of_a_record_is_refused(self, changed: dict[str, str]) -> None:
        with pytest.raises(ForgedCallback):
            reports_of(a_form(changed, EXAMPLE_HASH), api_id=API_ID)

    @pytest.mark.parametrize(
        "form",
        [
            *(b"", b"{}", b"\xff\xfe", "hash=ы".encode(), b"&" * 500, b"a=1&" * 200),
            b"data[0]=test&data[0]=test&hash=" + signature("test").encode(),
            b"hash=1&hash=" + signature().encode(),
        ],
    )
    def test_is_what_is_no_callback(self, form: bytes) -> None:
        with pytest.raises(ForgedCallback):
            reports_of(form, api_id=API_ID)


class TestReport:
    @pytest.mark.parametrize(
        ("code", "progress"),
        [
            ("102", SmsProgress.ON_ITS_WAY),
            ("103", SmsProgress.DELIVERED),
            ("104", SmsProgress.UNDELIVERED),
            ("-1", SmsProgress.NOT_FOUND),
        ],
    )
    def test_says_what_became_of_a_message(self, code: str, progress: SmsProgress) -> None:
        assert read(A_RECORD.replace("103", code)) == [
            A_REPORT._replace(provider_code=code, progress=progress)
        ]
