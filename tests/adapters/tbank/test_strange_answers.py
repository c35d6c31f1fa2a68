"""Answers that no bank should give are never taken for an answer."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.tbank_refunds import TBankRefunds
from shared.config.tbank import TBankTerminal
from shared.kernel.clock import utc_now
from shared.ports.payments import OutcomeUnknown, PaymentOrder, ProviderPayment, RefundState
from tests.adapters.tbank.bankside import a_refund

Answers = dict[str, tuple[int, object]]

NO_ORDER = {"Success": False, "ErrorCode": "335"}
#: what an honest bank says of a payment
HONEST = {
    "Success": True, "ErrorCode": "0", "TerminalKey": "k", "Status": "NEW", "PaymentId": "7", "Amount": 150_000_00,
}  # fmt: skip


@contextmanager
def answering(answers: Answers) -> Iterator[TBankTerminal]:
    """A bank that answers each method with what a test wrote: bytes as they are, else JSON."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = answers[self.path.rpartition("/")[2]]
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Location", "/v2/GetState")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield TBankTerminal("tbank", f"http://127.0.0.1:{server.server_port}/v2", "k", ("p",), 2, 2)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (201, HONEST),
        (302, b""),
        (204, b""),
        (200, b""),
        (200, b"<html>"),
        (200, b"[" * 100_000),
        (200, []),
        (200, {}),
        (200, {**HONEST, "Success": "true"}),
        (200, {**HONEST, "Success": False, "ErrorCode": "3"}),
        (200, {**HONEST, "Success": False, "ErrorCode": "x" * 5000}),
        (200, {**HONEST, "PaymentId": "8"}),
        (200, {**HONEST, "PaymentId": None}),
        (200, {**HONEST, "PaymentId": "../8"}),
        (200, {**HONEST, "Status": None}),
        (200, {**HONEST, "Status": "что-то"}),
        (200, {**HONEST, "Amount": None}),
        (200, {**HONEST, "Amount": 1.5}),
        (200, {**HONEST, "Amount": -1}),
    ],
)
class TestState:
    def test_of_a_payment_stays_unknown(self, status: int, answer: object) -> None:
        with answering({"GetState": (status, answer)}) as terminal, pytest.raises(OutcomeUnknown) as unknown:
            TBankPayments(terminal).get("7")

        assert len(str(unknown.value)) < 60

    def test_of_a_refund_stays_unknown(self, status: int, answer: object) -> None:
        with answering({"GetState": (status, answer)}) as terminal, pytest.raises(OutcomeUnknown):
            TBankRefunds(terminal).find_refund(a_refund(_paid(), 50_000_00), provider_id=None)


class TestMade:
    @pytest.mark.parametrize(
        "changes", [{"Amount": 150_000_01}, {"OrderId": "another"}, {"OrderId": None}, {"PaymentId": ""}]
    )
    def test_for_somebody_else_is_not_ours(self, order: PaymentOrder, changes: dict[str, object]) -> None:
        made = {**HONEST, "OrderId": order.intent_id, **changes}
        answers: Answers = {"CheckOrder": (200, NO_ORDER), "Init": (200, made)}

        with answering(answers) as terminal, pytest.raises(OutcomeUnknown):
            TBankPayments(terminal).create(order, key="unused")

    @pytest.mark.parametrize("code", [None, "javascript:alert(1)", 7, ["https://qr.nspk.ru/AD"]])
    def test_with_a_strange_code_has_none(self, order: PaymentOrder, code: object) -> None:
        answers: Answers = {
            "CheckOrder": (200, NO_ORDER),
            "Init": (200, {**HONEST, "OrderId": order.intent_id}),
            "GetQr": (200, {"Success": True, "Data": code}),
        }

        with answering(answers) as terminal:
            made = TBankPayments(terminal).create(order, key="unused")

        assert made.qr_payload is None


class TestList:
    @pytest.mark.parametrize(
        "listed", [None, {}, "7", [None], [{}], [{"PaymentId": "7"}], [{"PaymentId": "x", "Status": "NEW"}]]
    )
    def test_of_another_form_is_not_an_empty_one(self, order: PaymentOrder, listed: object) -> None:
        answers: Answers = {"CheckOrder": (200, {"Success": True, "Payments": listed})}

        with answering(answers) as terminal, pytest.raises(OutcomeUnknown):
            TBankPayments(terminal).find(order.intent_id, created_after=utc_now())

    def test_that_is_empty_is_one(self, order: PaymentOrder) -> None:
        with answering({"CheckOrder": (200, {"Success": True, "Payments": []})}) as terminal:
            assert TBankPayments(terminal).find(order.intent_id, created_after=utc_now()) is None

    @pytest.mark.parametrize(
        "state", [{**HONEST, "OrderId": "another"}, {"Success": False, "ErrorCode": "255"}]
    )
    def test_whose_payment_is_another_is_not_believed(self, order: PaymentOrder, state: object) -> None:
        listed = {"Success": True, "Payments": [{"PaymentId": 7, "Status": "NEW"}]}
        answers: Answers = {"CheckOrder": (200, listed), "GetState": (200, state)}

        with answering(answers) as terminal, pytest.raises(OutcomeUnknown):
            TBankPayments(terminal).find(order.intent_id, created_after=utc_now())


class TestRefund:
    @pytest.mark.parametrize("left", [None, "much", 100_000_01])
    def test_that_leaves_a_strange_sum_is_not_done(self, left: object) -> None:
        answer = {**HONEST, "Status": "PARTIAL_REFUNDED", "NewAmount": left}

        with answering({"Cancel": (200, answer)}) as terminal:
            refunds, order = TBankRefunds(terminal), a_refund(_paid(), 50_000_00)
            if isinstance(left, int):
                assert refunds.refund(order, key="unused").state is RefundState.UNKNOWN_STATUS
            else:
                with pytest.raises(OutcomeUnknown):
                    refunds.refund(order, key="unused")


def _paid() -> ProviderPayment:
    with answering({"GetState": (200, {**HONEST, "Status": "CONFIRMED"})}) as honest:
        payment = TBankPayments(honest).get("7")
    assert payment is not None
    return payment
