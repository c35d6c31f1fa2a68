import pytest

from shared.kernel.money import Money
from shared.ports.registry import RegistryKind
from shared.reconciliation.errors import FileUnreadable, TerminalUnknown
from shared.reconciliation.reading_tbank import COLUMNS, is_one, read

HEADER = ";".join(COLUMNS)
PAID = "1DEMO;payment;901;intent-1;;2026-11-23T07:00:00.000Z;30000000;210000;29790000;"
BACK = "1DEMO;refund;901;intent-1;refund-1;2026-11-23T08:00:00.000Z;-1000000;0;-1000000;"
NAMES = {"1DEMO": "tbank"}


def file_of(*lines: str) -> bytes:
    return "\r\n".join([HEADER, *lines, ""]).encode()


class TestTheBanksRegistry:
    def test_is_told_by_its_first_column(self) -> None:
        assert is_one(file_of())
        assert is_one(b"\xef\xbb\xbf" + file_of())
        assert not is_one(b"terminal;operation")

    def test_is_read_by_terminal(self) -> None:
        paid, back = read(file_of(PAID, BACK), NAMES)["tbank"]

        assert (paid.kind, paid.operation_id, paid.amount) == (RegistryKind.PAYMENT, "901", Money(300_000_00))
        assert (paid.charge, paid.bank_deal) == (Money(2_100_00), None)
        assert (back.kind, back.operation_id, back.payment_id) == (RegistryKind.REFUND, "refund-1", "901")
        assert (back.amount, back.charge) == (Money(10_000_00), Money.zero())

    def test_names_the_deal_that_the_money_lies_in(self) -> None:
        (paid,) = read(file_of(PAID + "deal-7"), NAMES)["tbank"]

        assert paid.bank_deal == "deal-7"

    def test_tells_refunds_of_the_cabinet_apart(self) -> None:
        unnamed = BACK.replace("refund-1", "")

        lines = read(file_of(unnamed, unnamed.replace("T08", "T09")), NAMES)["tbank"]

        assert len({line.operation_id for line in lines}) == 2

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            (PAID.replace("payment", "income"), "вид операции"),
            (PAID.replace("30000000", "300000.00"), "целое число"),
            (PAID.replace("29790000", "29790001"), "противоречат"),
            (PAID.replace("30000000", "-30000000").replace(";29790000", ";-30210000"), "противоречат"),
            (BACK.replace("-1000000", "1000000"), "противоречат"),
            (PAID.replace("Z;", ";"), "часовым поясом"),
            (PAID.replace("901", "9 1"), "номера"),
            (PAID[:-1], "столбцов"),
        ],
    )
    def test_names_a_bad_line(self, line: str, sentence: str) -> None:
        with pytest.raises(FileUnreadable) as caught:
            read(file_of(BACK.replace("901", "902"), line), NAMES)

        assert sentence in caught.value.errors["content_base64.line_3"]

    def test_refuses_an_operation_told_twice(self) -> None:
        with pytest.raises(FileUnreadable) as caught:
            read(file_of(PAID, PAID), NAMES)

        assert "уже была" in caught.value.errors["content_base64.line_3"]

    def test_refuses_a_terminal_that_nobody_has(self) -> None:
        with pytest.raises(TerminalUnknown):
            read(file_of(PAID), {})

    def test_knows_a_refund_that_the_bank_made_twice_as_two_operations(self) -> None:
        first, second = read(file_of(BACK, BACK.replace("T08", "T09")), NAMES)["tbank"]

        assert first.operation_id == "refund-1"
        assert second.operation_id == "refund-1.2026-11-23T09:00:00.000Z"

    def test_refuses_a_refund_told_twice(self) -> None:
        with pytest.raises(FileUnreadable):
            read(file_of(BACK, BACK), NAMES)
