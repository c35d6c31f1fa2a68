import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service
from shared.audit.impersonal import HIDDEN, without_personal
from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM
from shared.audit.tables import Facts
from shared.kernel.identifiers import new_id
from tests.shared.audit.world import NOW

PERSONAL = [
    "+79161234567",
    "89161234567",
    "9161234567",
    "+7 (916) 123-45-67",
    "звонил +7-916-123-45-67",
    "ivan@example.ru",
    "ivan%40example.ru",
    "500100732259",
    "ИНН 7707083893",
    "40817810099910004312",
    "4512 123456",
    "Иванова Мария Петровна",
    "Иванова М. П.",
    "Салтыков-Щедрин Михаил",
]
IMPERSONAL = [
    "draft",
    "",
    "Заказчик",
    "Генеральный директор",
    "2026-000001",
    "Д-2026-000001",
    "2026-11-24T10:00:00+00:00",
    "2026-11-24 10:00:00.000001+00:00",
    "0193a5c2-7b1e-7c31-9f52-123456789012",
    "12345678-1234-7234-9234-123456789012",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "1234567890123456789012345678901234567890123456789012345678901a34",
    "city,full_name,inn",
    "insufficient_funds",
    "secondary_sell/v1",
]


class TestFacts:
    @pytest.mark.parametrize("value", PERSONAL)
    def test_that_look_personal_are_hidden(self, value: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert without_personal({"reason": value}, "payout.failed") == {"reason": HIDDEN}

        logged = capsys.readouterr().out
        assert '"audit_fact_hidden"' in logged
        assert value not in logged

    @pytest.mark.parametrize("value", IMPERSONAL)
    def test_of_our_own_words_stay(self, value: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert without_personal({"reason": value}, "payout.failed") == {"reason": value}
        assert capsys.readouterr().out == ""

    def test_that_are_numbers_are_sums_counts_and_versions(self) -> None:
        facts: Facts = {
            "amount_kopecks": 10**12,
            "size_bytes": 10**10,
            "version": 3,
            "urgent": True,
            "by": None,
        }

        assert without_personal(facts, "x") == facts
        assert without_personal({"inn": 500100732259, "phone": -79161234567}, "x") == {
            "inn": HIDDEN,
            "phone": HIDDEN,
        }

    def test_are_bounded(self) -> None:
        assert without_personal({"reason": "x" * 10_000}, "x") == {"reason": "x" * 256}

    def test_may_be_absent(self) -> None:
        assert without_personal(None, "x") is None

    def test_are_hidden_before_they_are_written(self, app: Session) -> None:
        facts: Facts = {"reason": "отказ: ivan@example.ru", "status": "failed"}
        service.record(app, SYSTEM, "x", entity=("deal", new_id()), before=facts, after=facts, now=NOW)

        line = app.scalars(select(AuditLog)).one()
        assert line.before == line.after == {"reason": HIDDEN, "status": "failed"}
