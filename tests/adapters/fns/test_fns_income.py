from datetime import UTC, datetime, timedelta

import pytest
import requests

from shared.adapters.fns.operations import InvalidOperation
from shared.adapters.fns.smz import Smz
from shared.kernel.money import Money
from shared.ports.tax import (
    IncomeType,
    Processing,
    ReceiptRegistered,
    TaxRefusal,
)
from tests.adapters.fns.incomes import PAID_AT, a_taxpayer, an_income, an_inn
from tests.adapters.outside_standin import Running


class TestIncome:
    def test_becomes_a_receipt(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)

        answer = smz.poll(smz.send_income(an_income(inn)))

        (receipt,) = fns.get("receipts", inn=inn)
        assert answer == ReceiptRegistered(receipt["id"], f"{fns.url}/receipt/{inn}/{receipt['id']}/print")
        assert receipt["total_kopecks"] == 150_000_00
        assert receipt["income_type"] == "FROM_INDIVIDUAL"
        assert (receipt["customer_inn"], receipt["customer_name"]) == (None, None)

    def test_names_the_legal_entity_that_paid(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        income = an_income(
            inn,
            income_type=IncomeType.FROM_LEGAL_ENTITY,
            customer_inn="7707083893",
            customer_name="ООО «Дом & Сад»",
        )

        smz.poll(smz.send_income(income))

        (receipt,) = fns.get("receipts", inn=inn)
        assert (receipt["customer_inn"], receipt["customer_name"]) == ("7707083893", "ООО «Дом & Сад»")

    def test_is_dated_in_moscow_to_the_second(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        new_year = datetime(2026, 12, 31, 21, 30, tzinfo=UTC)

        smz.poll(smz.send_income(an_income(inn, operation_time=new_year)))

        (receipt,) = fns.get("receipts", inn=inn)
        assert receipt["operation_time"] == "2027-01-01T00:30:00+03:00"
        assert receipt["request_time"] == "2026-11-24T12:30:15+03:00"
        assert receipt["tax_year"] == 2027

    @pytest.mark.parametrize("kopecks", [1, 99, 100, 12_345_67, 2_400_000_00])
    def test_keeps_every_kopeck(self, fns: Running, smz: Smz, kopecks: int) -> None:
        inn = a_taxpayer(fns)

        smz.poll(smz.send_income(an_income(inn, amount=Money(kopecks))))

        assert fns.get("receipts", inn=inn)[0]["total_kopecks"] == kopecks

    def test_sent_twice_is_the_first_receipt(self, fns: Running, smz: Smz) -> None:
        income = an_income(a_taxpayer(fns))

        answers = [smz.poll(smz.send_income(income)) for _ in range(2)]

        assert isinstance(answers[0], ReceiptRegistered)
        assert answers[0] == answers[1]
        assert len(fns.get("receipts", inn=income.inn)) == 1

    def test_is_processed_for_a_while(self, fns: Running, smz: Smz) -> None:
        fns.post("processing", times=2)

        message_id = smz.send_income(an_income(a_taxpayer(fns)))

        answers = [type(smz.poll(message_id)) for _ in range(4)]
        assert answers == [Processing, Processing, ReceiptRegistered, ReceiptRegistered]


class TestRefusedIncome:
    def refusal(self, smz: Smz, inn: str, **changes: object) -> TaxRefusal:
        answer = smz.poll(smz.send_income(an_income(inn, **changes)))
        assert isinstance(answer, TaxRefusal)
        return answer

    def test_of_somebody_unknown(self, smz: Smz) -> None:
        assert self.refusal(smz, an_inn()).code == "TAXPAYER_UNREGISTERED"

    def test_of_somebody_who_left_the_regime(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        fns.post(f"taxpayers/{inn}/unregister")

        assert self.refusal(smz, inn).code == "TAXPAYER_UNREGISTERED"

    def test_of_somebody_who_took_his_consent_back(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        fns.post(f"taxpayers/{inn}/unbind")

        assert self.refusal(smz, inn).code == "TAXPAYER_UNBOUND"

    def test_names_no_person(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns, permissions=None)

        refusal = self.refusal(smz, inn)

        assert refusal == TaxRefusal("TAXPAYER_UNBOUND", "Налогоплательщик с ИНН *** не привязан к партнеру")

    def test_without_the_right_to_register(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns, permissions=("INCOME_LIST",))

        assert self.refusal(smz, inn).code == "PERMISSION_NOT_GRANTED"

    def test_beyond_the_limit_of_the_year(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        smz.poll(smz.send_income(an_income(inn, amount=Money(2_399_999_99))))

        refusal = self.refusal(smz, inn, amount=Money(2))

        assert refusal == TaxRefusal("REQUEST_VALIDATION_ERROR", "Доход за 2026 год превышает 2.4 млн руб.")

    def test_the_limit_counts_each_year_apart(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        smz.poll(smz.send_income(an_income(inn, amount=Money(2_400_000_00))))

        answer = smz.poll(smz.send_income(an_income(inn, operation_time=PAID_AT + timedelta(days=60))))

        assert isinstance(answer, ReceiptRegistered)

    @pytest.mark.parametrize("code", ["INTERNAL_ERROR", "PARTNER_DENY", "SOMETHING_NEW", "FAILED"])
    def test_carries_the_services_code(self, fns: Running, smz: Smz, code: str) -> None:
        inn = a_taxpayer(fns)
        fns.post("codes", code=code)

        assert self.refusal(smz, inn).code == code
        assert fns.get("receipts", inn=inn) == []


class TestIncomeThatNeverLeaves:
    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"inn": "7707083893"}, "Inn"),
            ({"inn": "77000000000x"}, "Inn"),
            ({"amount": Money(0)}, "Amount"),
            ({"amount": Money(-100)}, "Amount"),
            ({"service_name": " "}, "Name"),
            ({"service_name": "\x00"}, "Name"),
            ({"operation_id": ""}, "OperationUniqueId"),
            ({"operation_time": PAID_AT.replace(tzinfo=None)}, "zone"),
            ({"income_type": IncomeType.FROM_LEGAL_ENTITY}, "INN and name"),
            (
                {
                    "income_type": IncomeType.FROM_LEGAL_ENTITY,
                    "customer_inn": "770708389",
                    "customer_name": "ООО «Дом»",
                },
                "CustomerInn",
            ),
        ],
    )
    def test_breaks_the_schema(self, fns: Running, smz: Smz, changes: dict[str, object], named: str) -> None:
        before = fns.get("messages")[:1]

        with pytest.raises(InvalidOperation, match=named):
            smz.send_income(an_income("770000000000", **changes))

        assert fns.get("messages")[:1] == before

    def test_tells_no_values(self, smz: Smz) -> None:
        with pytest.raises(InvalidOperation) as caught:
            smz.send_income(an_income("12345678901"))

        assert "12345678901" not in str(caught.value)


class TestReceiptLink:
    def test_opens_for_a_person(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        income = an_income(
            inn,
            amount=Money(12_345_67),
            income_type=IncomeType.FROM_LEGAL_ENTITY,
            customer_inn="7707083893",
            customer_name="ООО «Дом»",
        )
        answer = smz.poll(smz.send_income(income))
        assert isinstance(answer, ReceiptRegistered)

        page = requests.get(answer.link, timeout=10).content.decode()

        for shown in (
            *(answer.receipt_id, "Смирнова Анна Павловна", inn, income.service_name, "12 345,67 ₽"),
            *("24.11.2026 12:30", "ООО «Дом»", "7707083893", "НПД"),
        ):
            assert shown in page

    def test_of_nothing_is_not_found(self, fns: Running) -> None:
        assert requests.get(f"{fns.url}/receipt/770000000000/20abc/print", timeout=10).status_code == 404
