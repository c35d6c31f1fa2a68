from datetime import date, timedelta

import pytest

from shared.kernel.money import Money
from shared.reconciliation.errors import FileUnreadable, StatementUneven
from shared.reconciliation.reading_exchange import read
from tests.shared.reconciliation.files import (
    CLIENTS,
    DAY,
    OURS,
    STRANGERS,
    YOOKASSA_ACCOUNT,
    YOOKASSA_INN,
    Document,
    exchange,
    windows,
)

CAME = Document("118", Money(297_900_00))
WENT = Document("7", Money(100_50), incoming=False, other_account=STRANGERS, other_inn="", purpose="Возврат")


def named(content: bytes) -> dict[str, str]:
    with pytest.raises(FileUnreadable) as caught:
        read(content)
    return dict(caught.value.errors)


def without(text: str, begin: str) -> str:
    return "\r\n".join(line for line in text.split("\r\n") if not line.startswith(begin))


class TestAStatementOfTheExchange:
    def test_is_read_with_its_balances_and_documents(self) -> None:
        found = read(windows(exchange(CAME, WENT, opening=Money(1_00))))

        assert (found.account, found.since, found.until) == (CLIENTS, DAY, DAY)
        assert (found.opening, found.closing) == (Money(1_00), Money(297_800_50))
        came, went = found.lines
        assert (came.number, came.incoming, came.amount, came.booked_on) == (
            "118",
            True,
            Money(297_900_00),
            DAY,
        )
        assert (came.counterparty_account, came.counterparty_inn) == (YOOKASSA_ACCOUNT, YOOKASSA_INN)
        assert (came.counterparty_name, came.purpose) == (CAME.other_name, CAME.purpose)
        assert (went.incoming, went.counterparty_account, went.counterparty_inn) == (False, STRANGERS, None)

    @pytest.mark.parametrize(
        ("declared", "encoding"),
        [
            ("Windows", "cp1251"),
            ("DOS", "cp866"),
            ("UTF-8", "utf-8"),
            ("Windows", "utf-8"),
            ("UTF-8", "utf-8-sig"),
        ],
    )
    def test_is_read_in_the_encoding_that_its_bytes_prove(self, declared: str, encoding: str) -> None:
        plain = Document("118", Money(5_00), other_name="НКО ЮМани", purpose="Перевод")

        found = read(exchange(plain, declared=declared).encode(encoding))

        assert found.lines[0].counterparty_name == "НКО ЮМани"

    @pytest.mark.parametrize(
        ("declared", "encoding"), [("DOS", "cp1251"), ("Windows", "cp866"), ("UTF-8", "cp1251")]
    )
    def test_in_another_encoding_than_it_declares_is_refused(self, declared: str, encoding: str) -> None:
        plain = Document("118", Money(5_00), other_name="НКО ЮМани", purpose="Перевод")

        with pytest.raises(FileUnreadable, match="объявлен в кодировке"):
            read(exchange(plain, declared=declared).encode(encoding))

    def test_without_a_declared_encoding_is_refused(self) -> None:
        with pytest.raises(FileUnreadable, match="Кодировка"):
            read(windows(without(exchange(CAME), "Кодировка=")))

    def test_whose_days_stand_apart_is_one_period(self) -> None:
        next_day = DAY + timedelta(days=1)
        text = exchange(CAME, closing=CAME.amount)
        second = "\r\n".join(
            [
                "КонецРасчСчет",
                "СекцияРасчСчет",
                f"ДатаНачала={next_day:%d.%m.%Y}",
                f"ДатаКонца={next_day:%d.%m.%Y}",
                f"РасчСчет={CLIENTS}",
                "НачальныйОстаток=297900.00",
                "КонечныйОстаток=297900.00",
                "КонецРасчСчет",
            ]
        )

        found = read(windows(text.replace("КонецРасчСчет", second)))

        assert (found.since, found.until, found.closing) == (DAY, next_day, CAME.amount)

    def test_whose_days_dont_go_on_is_refused(self) -> None:
        second = (
            "КонецРасчСчет\r\nСекцияРасчСчет\r\nДатаНачала=24.11.2026\r\nДатаКонца=24.11.2026\r\n"
            f"РасчСчет={CLIENTS}\r\nНачальныйОстаток=1.00\r\nКонечныйОстаток=1.00\r\nКонецРасчСчет"
        )

        assert named(windows(exchange(CAME).replace("КонецРасчСчет", second)))

    def test_of_two_accounts_is_refused(self) -> None:
        second = (
            "КонецРасчСчет\r\nСекцияРасчСчет\r\nДатаНачала=24.11.2026\r\nДатаКонца=24.11.2026\r\n"
            f"РасчСчет={OURS}\r\nНачальныйОстаток=297900.00\r\nКонечныйОстаток=297900.00\r\nКонецРасчСчет"
        )

        with pytest.raises(FileUnreadable, match="несколько счетов"):
            read(windows(exchange(CAME).replace("КонецРасчСчет", second)))

    def test_that_is_off_by_one_kopeck_is_refused(self) -> None:
        with pytest.raises(StatementUneven):
            read(windows(exchange(CAME, closing=CAME.amount - Money(1))))

    def test_a_purpose_of_several_lines_is_joined(self) -> None:
        typed = Document("118", Money(5_00), purpose="Возврат\r\nпо письму")

        assert read(windows(exchange(typed))).lines[0].purpose == "Возврат по письму"

    def test_fields_that_banks_add_are_passed_over(self) -> None:
        added = Document("118", Money(5_00), extra=["КодНазПлатежа=1", "УИП=0"])

        assert read(windows(exchange(added))).lines[0].number == "118"


class TestABadLine:
    @pytest.mark.parametrize(
        ("good", "bad", "sentence"),
        [
            ("Сумма=297900.00", "Сумма=297900.001", "нужна сумма"),
            ("Сумма=297900.00", "Сумма=0.00", "больше нуля"),
            ("Сумма=297900.00", "Сумма=-1.00", "больше нуля"),
            ("ДатаПоступило=23.11.2026", "ДатаПоступило=2026-11-23", "нужна дата"),
            ("ДатаПоступило=23.11.2026", "ДатаПоступило=31.11.2026", "нужна дата"),
            ("Номер=118", "Номер=", "номер документа"),
            ("Номер=118", "Номер=118\r\nНомер=119", "дважды"),
            ("НазначениеПлатежа=", "Назначение", "Поле=значение"),
            ("ВерсияФормата=1.03", "ВерсияФормата=2.00", "версия"),
            ("НачальныйОстаток=0.00", "НачальныйОстаток=сколько", "нужна сумма"),
        ],
    )
    def test_is_named_by_its_number(self, good: str, bad: str, sentence: str) -> None:
        text = exchange(CAME).replace(good, bad, 1)
        rows = text.split("\r\n")
        wrong = bad.rsplit("\r\n", maxsplit=1)[-1]

        faults = named(windows(text))

        found = [fault for fault in faults.values() if sentence in fault]
        assert found, faults
        number = int(found[0].split(":")[0].removeprefix("Строка "))
        assert rows[number - 1].startswith(wrong) or wrong == "Номер=", (number, rows[number - 1])

    def test_a_document_of_other_accounts_is_named(self) -> None:
        text = exchange(CAME).replace(f"ПолучательСчет={CLIENTS}", f"ПолучательСчет={STRANGERS}")

        assert "ровно у одной из сторон" in next(iter(named(windows(text)).values()))

    def test_a_document_outside_of_the_period_is_named(self) -> None:
        early = Document("1", Money(5_00), booked_on=date(2026, 11, 22))

        assert "не в периоде" in next(iter(named(windows(exchange(early))).values()))

    def test_all_are_named_at_once(self) -> None:
        text = exchange(CAME, WENT).replace("Сумма=297900.00", "Сумма=?").replace("Сумма=100.50", "Сумма=!")

        assert len(named(windows(text))) == 2

    def test_a_file_that_breaks_off_is_refused(self) -> None:
        text = exchange(CAME)

        with pytest.raises(FileUnreadable, match="обрывается"):
            read(windows(text.replace("КонецФайла", "")))
        with pytest.raises(FileUnreadable, match="не закончен"):
            read(windows(text.replace("КонецДокумента", "")))

    def test_a_line_without_end_is_refused(self) -> None:
        with pytest.raises(FileUnreadable, match="слишком длинные"):
            read(windows(exchange(Document("1", Money(1), purpose="х" * 2_001))))

    def test_another_file_is_refused(self) -> None:
        with pytest.raises(FileUnreadable):
            read(b"%PDF-1.7")
