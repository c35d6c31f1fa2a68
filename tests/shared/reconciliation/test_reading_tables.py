from datetime import UTC, datetime

import pytest

from shared.kernel.money import Money
from shared.ports.registry import RegistryKind
from shared.reconciliation.errors import FileUnreadable, StatementUneven
from shared.reconciliation.reading_tables import read_registry, read_statement
from tests.shared.reconciliation.files import CLIENTS, DAY

STATEMENT = f"""Счёт;Начало;Конец;Начальный остаток;Конечный остаток
{CLIENTS};23.11.2026;23.11.2026;0,00;197900,50
Номер;Дата;Поступило;Списано;Счёт контрагента;ИНН контрагента;Контрагент;Назначение
118;23.11.2026;297900,50;;40702810700000000077;7750005725;НКО «ЮМани»;"Реестр; 23.11"
7;23.11.2026;;100000;40702810200000000002;7700000009;ООО «Хауслер»;Вознаграждение
"""
REGISTRY = """terminal;operation;payment_id;order_id;kind;amount_kopecks;charge_kopecks;occurred_at
tbank;901;901;intent-1;payment;30000000;210000;2026-11-23T10:00:00+03:00
tbank;902;901;;refund;1000000;0;2026-11-23T11:00:00Z
tbank;903;;;charge;0;9900;2026-11-23T12:00:00Z
"""


class TestAStatementInATable:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
    def test_is_read(self, encoding: str) -> None:
        found = read_statement(STATEMENT.encode(encoding))

        assert (found.account, found.since, found.closing) == (CLIENTS, DAY, Money(197_900_50))
        assert [(line.number, line.incoming, line.amount) for line in found.lines] == [
            ("118", True, Money(297_900_50)),
            ("7", False, Money(100_000_00)),
        ]
        assert found.lines[0].purpose == "Реестр; 23.11"

    def test_that_is_off_by_one_kopeck_is_refused(self) -> None:
        with pytest.raises(StatementUneven):
            read_statement(STATEMENT.replace("197900,50", "197900,51").encode())

    @pytest.mark.parametrize(
        ("good", "bad", "sentence"),
        [
            ("297900,50;;", "297900,50;1,00;", "одном из столбцов"),
            ("297900,50;;", ";;", "одном из столбцов"),
            ("297900,50", "297 900,50", "нужна сумма"),
            ("118;23.11.2026", "118;24.11.2026", "не в периоде"),
            ("НКО «ЮМани»;", "", "столбцов"),
            ('"Реестр; 23.11"', '"Реестр', "кавычки"),
        ],
    )
    def test_names_a_bad_line(self, good: str, bad: str, sentence: str) -> None:
        with pytest.raises(FileUnreadable) as caught:
            read_statement(STATEMENT.replace(good, bad, 1).encode())

        assert f"Строка 4: {sentence}" in caught.value.errors["content_base64.line_4"] or (
            sentence in caught.value.errors["content_base64.line_4"]
        )

    def test_needs_its_columns(self) -> None:
        with pytest.raises(FileUnreadable, match="Нужны столбцы"):
            read_statement(STATEMENT.replace("Списано", "Расход").encode())


class TestARegistry:
    def test_is_read_by_terminal(self) -> None:
        (lines,) = read_registry(REGISTRY.encode()).values()

        paid, refunded, charged = lines
        assert (paid.operation_id, paid.kind, paid.order_id) == ("901", RegistryKind.PAYMENT, "intent-1")
        assert (paid.amount, paid.charge) == (Money(300_000_00), Money(2_100_00))
        assert paid.occurred_at == datetime(2026, 11, 23, 7, tzinfo=UTC)
        assert (refunded.payment_id, refunded.amount) == ("901", Money(10_000_00))
        assert (charged.payment_id, charged.charge) == (None, Money(99_00))

    @pytest.mark.parametrize(
        ("good", "bad", "sentence"),
        [
            ("30000000", "300000.00", "целое число копеек"),
            ("30000000", "-1", "целое число копеек"),
            ("payment;3", "income;3", "вид операции"),
            ("2026-11-23T10:00:00+03:00", "2026-11-23 10:00", "часовым поясом"),
            ("tbank;901", "tbank;90 1", "терминал и номера"),
        ],
    )
    def test_names_a_bad_line(self, good: str, bad: str, sentence: str) -> None:
        with pytest.raises(FileUnreadable) as caught:
            read_registry(REGISTRY.replace(good, bad, 1).encode())

        assert sentence in caught.value.errors["content_base64.line_2"]

    def test_an_operation_told_twice_is_refused(self) -> None:
        with pytest.raises(FileUnreadable) as caught:
            read_registry(REGISTRY.replace("tbank;902;901;;refund", "tbank;901;901;;payment").encode())

        assert "уже была" in caught.value.errors["content_base64.line_3"]
