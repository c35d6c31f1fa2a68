"""Receipts against the tax service's stand-in."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from shared.adapters.fns.smz import Smz
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.outbox.models import OutboxMessage
from shared.ports.tax import Income, IncomeType
from shared.receipts.models import ReceiptStatus
from shared.receipts.npd_models import NpdTask
from shared.receipts.views import link_of
from shared.tasks.models import OperatorTask
from shared.users import profiles
from shared.vault.models import PersonKey
from tests.adapters.fns.conftest import ALL_FOUR
from tests.adapters.outside_standin import Running
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, count_of
from tests.shared.receipts.runs import inn_of, only_receipt, only_task, run


@pytest.fixture
def earner(tax: Smz, fns: Running) -> Cast:
    """An agent alone, bound to the platform, whose client has paid."""
    cast = a_cast(agency=False)
    fns.post("taxpayers", inn=inn_of(cast), name="Смирнов Пётр Ильич", permissions=list(ALL_FOUR))
    pay_step(FakeCollector(), cast)
    return cast


class TestReceipts:
    def test_one_run_registers_and_asks_for_the_delivery(self, tax: Smz, fns: Running, earner: Cast) -> None:
        fns.post("processing", times=2)

        assert run(tax) == {"registered": 1}

        receipt = only_receipt()
        (registered,) = fns.get("receipts", inn=inn_of(earner))
        with Transactions()() as session:
            link = link_of(session, receipt)
            asked = session.scalars(select(OutboxMessage)).one()
        assert receipt.status is ReceiptStatus.REGISTERED
        assert receipt.external_id == registered["id"]
        assert registered["operation_id"] == str(receipt.id)
        assert registered["total_kopecks"] == 300_000_00
        assert registered["income_type"] == "FROM_INDIVIDUAL"
        assert link == registered["link"]
        assert receipt.link is not None
        assert inn_of(earner).encode() not in receipt.link.raw
        assert (asked.kind, asked.payload) == ("receipt.deliver", {"receipt_id": str(receipt.id)})
        assert run(tax, later=timedelta(days=1)) == {}

    def test_a_slow_service_is_polled_by_the_next_run(self, tax: Smz, fns: Running, earner: Cast) -> None:
        fns.post("processing", times=8)

        assert run(tax) == {"processing": 1}
        assert run(tax, later=timedelta(minutes=5)) == {"registered": 1}
        assert len(fns.get("receipts", inn=inn_of(earner))) == 1

    def test_a_lost_message_is_sent_again_under_the_same_operation(
        self, tax: Smz, fns: Running, earner: Cast
    ) -> None:
        fns.post("processing", times=8)
        run(tax)
        fns.post("messages/lose")
        fns.post("processing", times=0)

        assert run(tax, later=timedelta(minutes=5)) == {"registered": 1}
        assert len(fns.get("receipts", inn=inn_of(earner))) == 1

    def test_a_run_that_died_after_the_send_ends_with_the_first_receipt(
        self, tax: Smz, fns: Running, earner: Cast
    ) -> None:
        receipt = only_receipt()
        tax.send_income(
            Income(
                operation_id=str(receipt.id),
                inn=inn_of(earner),
                amount=receipt.amount_kopecks,
                service_name="Услуги",
                operation_time=receipt.operation_time,
                request_time=utc_now(),
                income_type=IncomeType.FROM_INDIVIDUAL,
            )
        )
        (first,) = fns.get("receipts", inn=inn_of(earner))

        assert run(tax) == {"registered": 1}
        assert only_receipt().external_id == first["id"]

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("TAXPAYER_UNREGISTERED", "npd_unregistered"),
            ("REQUEST_VALIDATION_ERROR", "npd_invalid"),
            ("PARTNER_DENY", "npd_partner_denied"),
            ("SOMETHING_NEW", "npd_refused"),
        ],
    )
    def test_a_refusal_blocks_and_asks_a_person(
        self, tax: Smz, fns: Running, earner: Cast, code: str, reason: str
    ) -> None:
        fns.post("codes", code=code)

        assert run(tax) == {"blocked": 1}
        assert only_receipt().status is ReceiptStatus.BLOCKED
        assert only_receipt().hold_reason == reason
        assert only_task().last_code == code
        assert count_of(OperatorTask, OperatorTask.reason == reason) == 1
        assert run(tax, later=timedelta(days=1)) == {}

    def test_an_inner_error_of_the_service_is_tried_again(self, tax: Smz, fns: Running, earner: Cast) -> None:
        fns.post("codes", code="INTERNAL_ERROR")

        assert run(tax) == {"try_again": 1}
        assert run(tax) == {}
        assert run(tax, later=timedelta(minutes=5)) == {"registered": 1}

    def test_a_service_that_is_down_is_tried_again(self, tax: Smz, fns: Running, earner: Cast) -> None:
        fns.post("faults", kind="error_before", operation="send")

        assert run(tax) == {"no_answer": 1}
        assert run(tax, later=timedelta(minutes=5)) == {"registered": 1}

    def test_income_is_told_under_the_bound_inn_whatever_the_profile_says_by_now(
        self, tax: Smz, fns: Running, earner: Cast
    ) -> None:
        bound, another = inn_of(earner), a_cast(agency=False)
        fns.post("taxpayers", inn=inn_of(another), name="Чужой", permissions=list(ALL_FOUR))
        with Transactions()() as session:
            profiles.update(
                session,
                actor=SYSTEM,
                user_id=earner.agent_id,
                changes={"inn": inn_of(another)},
                now=utc_now(),
            )

        assert run(tax) == {"registered": 1}
        assert len(fns.get("receipts", inn=bound)) == 1
        assert fns.get("receipts", inn=inn_of(another)) == []

    def test_without_a_binding_nothing_is_told(self, tax: Smz, fns: Running) -> None:
        cast = a_cast(agency=False, bound=False)
        fns.post("taxpayers", inn=inn_of(cast), name="Смирнов Пётр Ильич", permissions=list(ALL_FOUR))
        pay_step(FakeCollector(), cast)

        assert run(tax) == {"blocked": 1}
        assert only_receipt().hold_reason == "npd_unbound"
        assert fns.get("receipts", inn=inn_of(cast)) == []

    def test_a_number_that_is_no_inn_never_leaves(self, tax: Smz, fns: Running) -> None:
        pay_step(FakeCollector(), a_cast(agency=False, inn="123"))

        assert run(tax) == {"blocked": 1}
        assert only_task().last_code == "INVALID_MESSAGE"


class TestStuck:
    def stuck(self) -> int:
        return count_of(OperatorTask, OperatorTask.kind == "receipt_stuck")

    @pytest.mark.parametrize("cause", ["INTERNAL_ERROR", "FAILED", "processing", "silence"])
    def test_an_income_without_its_receipt_for_a_day_is_told_once_and_tried_hourly(
        self, tax: Smz, fns: Running, earner: Cast, cause: str
    ) -> None:
        def run_in_vain(later: timedelta) -> dict[str, int]:
            match cause:
                case "processing":
                    fns.post("processing", times=100)
                case "silence":
                    fns.post("faults", kind="error_before", operation="send")
                case _:
                    fns.post("codes", code=cause)
            return run(tax, later=later)

        run_in_vain(timedelta())
        run_in_vain(timedelta(hours=23))
        assert self.stuck() == 0

        for hours in (25, 26, 27):
            run_in_vain(timedelta(hours=hours, minutes=1))
            assert self.stuck() == 1
            left = only_task().next_at - (utc_now() + timedelta(hours=hours, minutes=1))
            assert timedelta(minutes=59) < left <= timedelta(hours=1)

        fns.post("processing", times=0)
        fns.post("messages/lose")
        assert run(tax, later=timedelta(hours=29)) == {"registered": 1}


class TestBadTasks:
    def test_an_erased_persons_does_not_stop_the_rest(self, tax: Smz, fns: Running, earner: Cast) -> None:
        erased = a_cast(agency=False)
        pay_step(FakeCollector(), erased)
        with Transactions()() as session:
            session.get_one(PersonKey, erased.agent_id).wrapped_key = None
            theirs = NpdTask.taxpayer_id == erased.agent_id
            session.execute(update(NpdTask).where(theirs).values(next_at=utc_now() - timedelta(days=1)))

        assert run(tax) == {"error": 1, "registered": 1}
        with Transactions()() as session:
            put_off = session.scalars(select(NpdTask).where(theirs)).one()
        assert put_off.next_at > utc_now()
        assert run(tax) == {}
