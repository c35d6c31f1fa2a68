"""The stand-in judges by rules of its own: envelopes written by hand, not by the adapter."""

from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from tests.adapters.fns.conftest import MASTER_TOKEN, USER_TOKEN
from tests.adapters.fns.incomes import a_taxpayer, an_inn
from tests.adapters.outside_standin import Running, running

OPEN_API = "urn://x-artefacts-gnivc-ru/inplat/servin/OpenApiMessageConsumerService/types/1.0"
ASYNC = "urn://x-artefacts-gnivc-ru/inplat/servin/OpenApiAsyncMessageConsumerService/types/1.0"
AUTH = "urn://x-artefacts-gnivc-ru/ais3/kkt/AuthService/types/1.0"
SMZ = "urn://x-artefacts-gnivc-ru/ais3/SMZ/SmzPartnersIntegrationService/types/1.0"

LINE = "<Services><Amount>100000.00</Amount><Name>Подбор</Name><Quantity>1</Quantity></Services>"
INCOME = (
    ("Inn", "<Inn>{inn}</Inn>"),
    ("RequestTime", "<RequestTime>2026-11-24T12:30:00+03:00</RequestTime>"),
    ("OperationTime", "<OperationTime>2026-11-24T12:00:00.250+03:00</OperationTime>"),
    ("IncomeType", "<IncomeType>FROM_INDIVIDUAL</IncomeType>"),
    ("Customer", ""),
    ("Services", LINE),
    ("TotalAmount", "<TotalAmount>100000.00</TotalAmount>"),
    ("OperationUniqueId", ""),
)


def post(fns: Running, path: str, action: str, payload: str, **headers: str) -> etree._Element:
    body = f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header/><e:Body>{payload}</e:Body></e:Envelope>'
    usual = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f"urn:{action}Request"}
    reply = requests.post(fns.url + path, data=body.encode(), headers=usual | headers, timeout=10)
    return etree.fromstring(reply.content)


def first(answer: etree._Element, name: str) -> str | None:
    found = answer.find(f".//{{*}}{name}")
    return None if found is None else found.text


def a_token(fns: Running, master: str = MASTER_TOKEN) -> str:
    payload = f'<GetMessageRequest xmlns="{OPEN_API}"><Message><a:AuthRequest xmlns:a="{AUTH}"><a:AuthAppInfo><a:MasterToken>{master}</a:MasterToken></a:AuthAppInfo></a:AuthRequest></Message></GetMessageRequest>'
    return first(post(fns, "/open-api/AuthService", "GetMessage", payload), "Token") or ""


def smz(fns: Running, action: str, payload: str, **headers: str) -> etree._Element:
    tokens = {"FNS-OpenApi-Token": a_token(fns), "FNS-OpenApi-UserToken": USER_TOKEN}
    return post(fns, "/ais3/smz/SmzIntegrationService", action, payload, **(tokens | headers))


def perform(fns: Running, operation: str) -> etree._Element:
    """Send one operation and fetch its answer."""
    sent = smz(
        fns,
        "SendMessage",
        f'<SendMessageRequest xmlns="{ASYNC}"><Message>{operation}</Message></SendMessageRequest>',
    )
    message_id = first(sent, "MessageId")
    assert message_id
    return smz(
        fns,
        "GetMessage",
        f'<GetMessageRequest xmlns="{ASYNC}"><MessageId>{message_id}</MessageId></GetMessageRequest>',
    )


def an_income(inn: str, **changes: str) -> str:
    parts = (changes.get(name, part) for name, part in INCOME)
    return f'<PostIncomeRequestV2 xmlns="{SMZ}">{"".join(parts).format(inn=inn)}</PostIncomeRequestV2>'


class TestIncome:
    def test_in_the_right_order_becomes_a_receipt(self, fns: Running) -> None:
        answer = perform(fns, an_income(a_taxpayer(fns)))

        assert len(first(answer, "ReceiptId") or "") == 10

    def test_may_have_six_lines(self, fns: Running) -> None:
        changes = {"Services": LINE * 6, "TotalAmount": "<TotalAmount>600000</TotalAmount>"}

        assert first(perform(fns, an_income(a_taxpayer(fns), **changes)), "ReceiptId")

    def test_without_an_operation_id_is_never_a_duplicate(self, fns: Running) -> None:
        inn = a_taxpayer(fns)

        ids = {first(perform(fns, an_income(inn)), "ReceiptId") for _ in range(2)}

        assert len(ids) == 2

    def test_with_a_known_operation_id_names_the_first_receipt(self, fns: Running) -> None:
        inn = a_taxpayer(fns)
        unique = f"<OperationUniqueId>op-{inn}</OperationUniqueId>"

        receipt, error = (perform(fns, an_income(inn, OperationUniqueId=unique)) for _ in range(2))

        args = {first(arg, "Key"): first(arg, "Value") for arg in error.iter(f"{{{SMZ}}}Args")}
        assert first(error, "Code") == "DUPLICATE"
        assert args == {"RECEIPT_ID": first(receipt, "ReceiptId"), "RECEIPT_URL": first(receipt, "Link")}

    @pytest.mark.parametrize(
        "changes",
        [
            {"Inn": "<Inn>7707083893</Inn>"},
            {"Inn": "", "RequestTime": "<RequestTime>2026-11-24T12:30:00Z</RequestTime><Inn>{inn}</Inn>"},
            {"RequestTime": "<RequestTime>2026-11-24T12:30:00</RequestTime>"},
            {"OperationTime": "<OperationTime>2026-13-24T12:30:00Z</OperationTime>"},
            {"OperationTime": "<OperationTime>24.11.2026</OperationTime>"},
            {"IncomeType": "<IncomeType>INDIVIDUAL</IncomeType>"},
            {"IncomeType": "<IncomeType>FROM_LEGAL_ENTITY</IncomeType>"},
            {
                "IncomeType": "<IncomeType>FROM_LEGAL_ENTITY</IncomeType>",
                "Customer": "<CustomerInn>7707083893</CustomerInn>",
            },
            {
                "IncomeType": "<IncomeType>FROM_LEGAL_ENTITY</IncomeType>",
                "Customer": "<CustomerOrganization>Дом</CustomerOrganization><CustomerInn>7707083893</CustomerInn>",
            },
            {"Customer": "<CustomerInn>770</CustomerInn>"},
            {"Services": ""},
            {"Services": LINE * 7, "TotalAmount": "<TotalAmount>700000.00</TotalAmount>"},
            {
                "Services": "<Services><Name>Подбор</Name><Amount>100000.00</Amount><Quantity>1</Quantity></Services>"
            },
            {"Services": LINE.replace("100000.00", "100000,00")},
            {"Services": LINE.replace("100000.00", "100000.001")},
            {"Services": LINE.replace("<Quantity>1", "<Quantity>1.5")},
            {"Services": LINE.replace("Подбор", " ")},
            {"TotalAmount": "<TotalAmount>99999.99</TotalAmount>"},
            {"TotalAmount": "<TotalAmount>1e5</TotalAmount>"},
            {"OperationUniqueId": "<OperationUniqueId>1</OperationUniqueId><Extra>1</Extra>"},
            {"OperationUniqueId": "<OperationUniqueId/>"},
        ],
    )
    def test_that_breaks_a_rule_is_refused(self, fns: Running, changes: dict[str, str]) -> None:
        inn = a_taxpayer(fns)

        answer = perform(fns, an_income(inn, **changes))

        assert first(answer, "Code") == "REQUEST_VALIDATION_ERROR"
        assert fns.get("receipts", inn=inn) == []


class TestEnvelope:
    def test_needs_an_action_that_fits(self, fns: Running) -> None:
        answer = smz(fns, "GetMessage", f'<SendMessageRequest xmlns="{ASYNC}"/>')

        assert first(answer, "faultstring")

    def test_takes_an_action_in_quotes(self, fns: Running) -> None:
        payload = f'<SendMessageRequest xmlns="{ASYNC}"><Message>{an_income(an_inn())}</Message></SendMessageRequest>'

        assert first(smz(fns, "SendMessage", payload, SOAPAction='"urn:SendMessageRequest"'), "MessageId")

    @pytest.mark.parametrize(
        "operation", [f'<GetKeysRequest xmlns="{SMZ}"/>', '<PostIncomeRequestV2 xmlns="urn:another"/>', ""]
    )
    def test_holds_an_operation_it_knows(self, fns: Running, operation: str) -> None:
        payload = f'<SendMessageRequest xmlns="{ASYNC}"><Message>{operation}</Message></SendMessageRequest>'

        answer = smz(fns, "SendMessage", payload)

        assert first(answer, "faultstring")
        assert first(answer, "MessageId") is None

    def test_needs_a_living_token(self, fns: Running) -> None:
        payload = f'<GetMessageRequest xmlns="{ASYNC}"><MessageId>1</MessageId></GetMessageRequest>'

        answer = smz(fns, "GetMessage", payload, **{"FNS-OpenApi-Token": "another"})

        assert first(answer, "faultstring") == "Invalid or expired token"

    def test_gives_no_token_for_a_wrong_key(self, fns: Running) -> None:
        assert a_token(fns, "another") == ""


class TestControl:
    def test_the_page_shows_receipts_and_people(self, fns: Running) -> None:
        inn = a_taxpayer(fns)
        receipt_id = first(perform(fns, an_income(inn)), "ReceiptId")

        page = requests.get(f"{fns.url}/_control", timeout=10).content.decode()

        assert f"/receipt/{inn}/{receipt_id}/print" in page
        assert "Смирнова Анна Павловна" in page

    def test_keeps_what_it_received(self, fns: Running) -> None:
        inn = a_taxpayer(fns)
        perform(fns, an_income(inn))

        (message,) = fns.get("messages", inn=inn)
        assert message["operation"] == "PostIncomeRequestV2"
        assert "<Name>Подбор</Name>" in message["request"]

    @pytest.mark.parametrize(
        ("path", "fields", "status"),
        [
            ("taxpayers", {"inn": "7707083893", "name": "ООО"}, 400),
            ("taxpayers", {"inn": "770708389300"}, 400),
            ("taxpayers/770000000000/promote", {}, 400),
            ("taxpayers/123/unbind", {}, 409),
            ("bindings/another/confirm", {}, 409),
            ("bindings/another/forget", {}, 400),
            ("faults", {"kind": "extra_field"}, 400),
            ("faults", {"kind": "drop_after", "operation": "another"}, 400),
            ("processing", {}, 400),
            ("codes", {}, 400),
        ],
    )
    def test_a_switch_that_means_nothing_is_refused(
        self, fns: Running, path: str, fields: dict[str, Any], status: int
    ) -> None:
        assert requests.post(f"{fns.url}/_control/{path}", json=fields, timeout=10).status_code == status

    def test_a_restart_finds_the_receipts(self, tmp_path: Path) -> None:
        keys = {"FNS_MASTER_TOKEN": MASTER_TOKEN, "FNS_USER_TOKEN": USER_TOKEN}
        with running("fns", tmp_path, keys) as one:
            one.post("processing", times=0)
            inn = a_taxpayer(one)
            assert first(perform(one, an_income(inn)), "ReceiptId")

        with running("fns", tmp_path, keys, "--public-url", "http://127.0.0.1:1/taxes") as two:
            assert len(two.get("receipts", inn=inn)) == 1
            two.post("processing", times=0)
            link = first(perform(two, an_income(inn)), "Link")

        assert str(link).startswith("http://127.0.0.1:1/taxes/receipt/")
