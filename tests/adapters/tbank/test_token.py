"""The bank's signature by published and by our own vectors, and what a message must look like."""

import json

import pytest

from localstack.standins.tbank.token import token_of as token_by_the_bank
from shared.adapters.sbp.tbank_events import parse
from shared.adapters.sbp.tbank_token import as_received, is_signed, token_of
from shared.config.tbank import TBankTerminal

TERMINAL = TBankTerminal("tbank", "https://example.test", "HouslerDEMO", ("pw-demo",), 1, 1)

#: (fields, password, token); the first two are the bank's own examples
VECTORS: list[tuple[dict[str, object], str, str]] = [
    (
        {
            "TerminalKey": "1321054611234DEMO", "OrderId": "201709", "Success": True, "Status": "AUTHORIZED",
            "PaymentId": 8742591, "ErrorCode": "0", "Amount": 9855, "CardId": 322264, "Pan": "430000******0777",
            "ExpDate": "1122", "RebillId": 101709,
        },
        "Dfsfh56dgKl",
        "b906d28e76c6428e37b25fcf86c0adc52c63d503013fdd632e300593d165766b",
    ),
    (
        {
            "TerminalKey": "MerchantTerminalKey", "Amount": 19200, "OrderId": "00000",
            "Description": "Подарочная карта на 1000 рублей", "DATA": {"Phone": "+71234567890"},
            "Receipt": {"Items": []},
        },
        "11111111111111",
        "72dd466f8ace0a37a1f740ce5fb78101712bc0665d91a8108c7c8a0ccd426db2",
    ),
    (
        {
            "TerminalKey": "HouslerDEMO", "Amount": 15000000, "OrderId": "intent-0001",
            "Description": "Комиссия по сделке 42", "DATA": {"deal": "42"},
        },
        "pw-demo",
        "bd276c3a83d4edba41dcac78ec3acce8ecaaf80cf97532ee83cb488ff5db7feb",
    ),
    (
        {"TerminalKey": "HouslerDEMO", "PaymentId": "2006896", "DataType": "PAYLOAD"},
        "pw-demo",
        "2ddf4ea2fd5bccf473a7ca02feee38faeb900d59e9037ce48d0308aa9dfc66ea",
    ),
    (
        {
            "TerminalKey": "HouslerDEMO", "PaymentId": "2006896", "Amount": 5000000,
            "ExternalRequestId": "refund-0001",
        },
        "pw-demo",
        "0fb1360db5e26b24c636868066b8ee1aba05ec489c51911a191d2e66d3b510b6",
    ),
    (
        {
            "TerminalKey": "HouslerDEMO", "Success": True, "Status": "CONFIRMED", "PaymentId": 2006896,
            "ErrorCode": "0", "Amount": 15000000, "OrderId": "intent-0001", "SpAccumulationId": 756439112,
        },
        "pw-demo",
        "4c638ade3e6998ac29900e6a8f9feaa063d7b85baa7260d32f5e162342f508d7",
    ),
    (
        {
            "TerminalKey": "HouslerE2C", "OrderId": "payout-0001", "Phone": "79998887766",
            "SbpMemberId": "100000000004", "FinalPayout": True, "Amount": 100, "DealId": "9043456",
            "PaymentRecipientId": "79066589133",
        },
        "pw-e2c",
        "f30242b012cc881c21cde939f3a89eea016253822dee4f77c69945ad8c5639c3",
    ),
]  # fmt: skip
TOLD, _, TOLD_TOKEN = VECTORS[5]


def a_message(**changes: object) -> bytes:
    return json.dumps({**TOLD, "Token": TOLD_TOKEN, **changes}).encode()


class TestToken:
    @pytest.mark.parametrize(("fields", "password", "token"), VECTORS)
    def test_is_the_published_one(self, fields: dict[str, object], password: str, token: str) -> None:
        assert token_of(fields, password) == token
        assert token_by_the_bank(fields, password) == token

    def test_is_made_of_what_was_received_and_not_of_what_is_known(self) -> None:
        told = {**TOLD, "FieldOfTomorrow": "x"}

        assert is_signed({**told, "Token": token_by_the_bank(told, "pw-demo")}, ["pw-demo"])

    def test_keeps_the_digits_of_a_fraction(self) -> None:
        body = b'{"Amount": 12500.50, "Token": "?"}'
        token = token_by_the_bank({"Amount": "12500.50"}, "pw")

        assert is_signed({**as_received(body), "Token": token}, ["pw"])

    @pytest.mark.parametrize("token", [None, 1, "", "x", TOLD_TOKEN[:-1], f"{TOLD_TOKEN}0", "ё"])
    def test_of_another_form_signs_nothing(self, token: object) -> None:
        assert not is_signed({**TOLD, "Token": token}, ["pw-demo"])

    def test_leaves_out_what_is_null(self) -> None:
        assert is_signed(as_received(a_message(CardId=None)), ["pw-demo"])

    def test_in_capitals_is_the_same(self) -> None:
        assert is_signed({**TOLD, "Token": TOLD_TOKEN.upper()}, ["pw-demo"])


class TestParse:
    def test_reads_a_paid_deal(self) -> None:
        event = parse(a_message(), TERMINAL)

        assert event.kind == "payment.confirmed"
        assert event.truth is not None
        assert event.truth.bank_deal == "756439112"
        assert event.truth.provider_id == "2006896"

    @pytest.mark.parametrize("status", ["REFUNDED", "PARTIAL_REFUNDED", "REVERSED"])
    def test_tells_money_back_as_a_hint(self, status: str) -> None:
        told = {**TOLD, "Status": status}
        body = json.dumps({**told, "Token": token_by_the_bank(told, "pw-demo")}).encode()

        event = parse(body, TERMINAL)

        assert (event.kind, event.object_id) == (f"refund.{status.lower()}", "2006896")
        assert event.truth is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"PaymentId": None},
            {"PaymentId": True},
            {"PaymentId": "../me"},
            {"PaymentId": "1" * 21},
            {"PaymentId": -1},
            {"Status": None},
            {"Status": "payment paid"},
            {"Status": ["CONFIRMED"]},
            {"Amount": None},
            {"Amount": -1},
            {"Amount": 1.5},
            {"Amount": "1e3"},
        ],
    )
    def test_refuses_another_shape(self, changes: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"^no "):
            parse(a_message(**changes), TERMINAL)

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"[]", b"null", b"[" * 100_000])
    def test_refuses_what_is_no_object(self, body: bytes) -> None:
        with pytest.raises(ValueError, match=r"^not "):
            parse(body, TERMINAL)
