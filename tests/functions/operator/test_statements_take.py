import base64

from functions.operator.statements_take.handler import app
from shared.kernel.money import Money
from tests.functions.conftest import Answer, Call, Signed
from tests.shared.reconciliation.files import STRANGERS, Document, exchange, windows

FILE = windows(exchange(Document("5", Money(1_000_00), other_account=STRANGERS, other_inn="")))


def bring(call: Call, operator: Signed, content: bytes) -> Answer:
    return call(app, as_=operator, body={"content_base64": base64.b64encode(content).decode()})


class TestTakingAStatement:
    def test_says_what_was_read(self, call: Call, operator: Signed) -> None:
        reply = bring(call, operator, FILE)

        assert reply.status == 201, reply.text
        assert reply.json["masked_account"] == "40702···0001"
        assert (reply.json["since"], reply.json["until"]) == ("2026-11-23", "2026-11-23")
        assert (reply.json["opening_kopecks"], reply.json["closing_kopecks"]) == (0, 100_000)
        assert (reply.json["lines_new"], reply.json["lines_known"], reply.json["lines_doubtful"]) == (1, 0, 1)

    def test_twice_says_so(self, call: Call, operator: Signed) -> None:
        replies = [bring(call, operator, FILE) for _ in range(2)]

        assert [(each.status, each.json["already_taken"]) for each in replies] == [(201, False), (200, True)]
        assert replies[0].json["id"] == replies[1].json["id"]

    def test_names_bad_lines(self, call: Call, operator: Signed) -> None:
        reply = bring(
            call, operator, FILE.replace(windows("Сумма=1000.00"), windows("Сумма=1000")[:-4] + b"?")
        )

        assert (reply.status, reply.code) == (422, "file_unreadable")
        assert reply.json["errors"][0]["field"] == "content_base64.line_20"
        assert reply.json["errors"][0]["detail"].startswith("Строка 20: нужна сумма")

    def test_refuses_what_is_no_file(self, call: Call, operator: Signed) -> None:
        assert call(app, as_=operator, body={"content_base64": "AAAAA"}).code == "not_base64"
