"""Receipts and bindings against the tax service's stand-in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.adapters.fns.smz import Smz
from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.outbox.models import OutboxMessage
from shared.ports.tax import Income, IncomeType
from shared.receipts import binding
from shared.receipts.errors import BindingExists, InnNeeded, NotSelfEmployed
from shared.receipts.issuing import Issuer
from shared.receipts.models import Receipt, ReceiptStatus
from shared.receipts.npd_models import BindingStatus, NpdBinding, NpdTask, NpdTaskStatus
from shared.receipts.views import link_of
from shared.tasks.models import OperatorTask
from shared.users import service as users
from shared.users.models import UserProfile
from tests.adapters.fns.conftest import ALL_FOUR
from tests.adapters.outside_standin import Running
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, count_of


def run(tax: Smz, *, later: timedelta = timedelta()) -> dict[str, int]:
    return Issuer(Transactions(), tax, utc_now() + later, lambda _seconds: None).issue_due()


def inn_of(cast: Cast) -> str:
    with Transactions()() as session:
        inn = users.profile_of(session, cast.agent_id).inn
    assert inn is not None
    return inn


def only_receipt() -> Receipt:
    with Transactions()() as session:
        return session.scalars(select(Receipt)).one()


def only_task() -> NpdTask:
    with Transactions()() as session:
        return session.scalars(select(NpdTask)).one()


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

    def test_a_taxpayer_who_lost_his_inn_waits_for_a_person(self, tax: Smz, earner: Cast) -> None:
        with Transactions()() as session:
            profile = session.get_one(UserProfile, earner.agent_id)
            profile.inn = profile.inn_index = None

        assert run(tax) == {"blocked": 1}

    def test_a_number_that_is_no_inn_never_leaves(self, tax: Smz, fns: Running) -> None:
        pay_step(FakeCollector(), a_cast(agency=False, inn="123"))

        assert run(tax) == {"blocked": 1}
        assert only_task().last_code == "INVALID_MESSAGE"


class TestBinding:
    @pytest.fixture
    def cast(self, tax: Smz, fns: Running) -> Cast:
        cast = a_cast(agency=False, bound=False)
        fns.post("taxpayers", inn=inn_of(cast), name="Смирнов Пётр Ильич")
        return cast

    def ask(self, cast: Cast) -> None:
        with Transactions()() as session:
            binding.request_binding(session, user_id=cast.agent_id, actor=Actor(cast.agent_id), now=utc_now())

    def status(self, cast: Cast) -> BindingStatus | None:
        with Transactions()() as session:
            return binding.binding_of(session, cast.agent_id).status

    def answer(self, fns: Running, cast: Cast, word: str) -> None:
        found = fns.get("bindings", inn=inn_of(cast))[0]
        fns.post(f"bindings/{found['id']}/{word}")

    def test_is_bound_once_the_taxpayer_agrees(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.ask(cast)

        assert run(tax) == {"bind_started": 1, "waiting": 1}
        assert self.status(cast) is BindingStatus.WAITING
        self.answer(fns, cast, "confirm")
        assert run(tax, later=timedelta(minutes=5)) == {"bound": 1}

        with Transactions()() as session:
            facts = binding.binding_of(session, cast.agent_id)
        assert facts.status is BindingStatus.BOUND
        assert set(facts.permissions) == set(ALL_FOUR)

    def test_is_not_asked_for_twice(self, tax: Smz, cast: Cast) -> None:
        self.ask(cast)

        with pytest.raises(BindingExists):
            self.ask(cast)

    def test_asked_again_while_waiting_is_looked_at_at_once(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.ask(cast)
        run(tax)
        assert run(tax) == {}
        self.answer(fns, cast, "confirm")

        self.ask(cast)

        assert run(tax) == {"bound": 1}

    def test_may_be_asked_for_again_after_a_no(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.ask(cast)
        run(tax)
        self.answer(fns, cast, "reject")

        assert run(tax, later=timedelta(minutes=5)) == {"rejected": 1}
        assert self.status(cast) is BindingStatus.REJECTED
        self.ask(cast)
        assert self.status(cast) is BindingStatus.REQUESTED

    def test_whoever_is_bound_already_is_bound(self, tax: Smz, fns: Running, cast: Cast) -> None:
        fns.post("codes", code="TAXPAYER_ALREADY_BOUND")
        self.ask(cast)

        assert run(tax) == {"bound": 1}
        assert self.status(cast) is BindingStatus.BOUND

    def test_who_is_no_payer_of_npd_is_rejected(self, tax: Smz, fns: Running, cast: Cast) -> None:
        fns.post("codes", code="TAXPAYER_UNREGISTERED")
        self.ask(cast)

        assert run(tax) == {"rejected": 1}
        with Transactions()() as session:
            task = session.scalars(select(NpdTask)).one()
        assert (task.status, task.last_code) == (NpdTaskStatus.FAILED, "TAXPAYER_UNREGISTERED")

    def test_a_taxpayer_who_never_answers_is_not_asked_for_ever(self, tax: Smz, cast: Cast) -> None:
        self.ask(cast)
        run(tax)

        assert run(tax, later=timedelta(days=15)) == {"rejected": 1}

    def test_an_unbound_taxpayers_receipt_goes_on_after_a_new_binding(
        self, tax: Smz, fns: Running, cast: Cast
    ) -> None:
        with Transactions()() as session:
            session.add(
                NpdBinding(
                    user_id=cast.agent_id,
                    status=BindingStatus.BOUND,
                    permissions=list(ALL_FOUR),
                    requested_at=utc_now(),
                )
            )
        pay_step(FakeCollector(), cast)

        assert run(tax) == {"blocked": 1}
        assert only_receipt().hold_reason == "npd_unbound"
        assert self.status(cast) is BindingStatus.REJECTED
        self.ask(cast)
        run(tax)
        self.answer(fns, cast, "confirm")
        assert run(tax, later=timedelta(minutes=5)) == {"bound": 1, "registered": 1}
        assert only_receipt().amount_kopecks == Money(300_000_00)

    def test_only_the_self_employed_with_an_inn_may_ask(self, cast: Cast) -> None:
        with Transactions()() as session:
            profile = session.get_one(UserProfile, cast.agent_id)
            profile.inn = profile.inn_index = None
        with pytest.raises(InnNeeded):
            self.ask(cast)
        with Transactions()() as session:
            session.get_one(UserProfile, cast.agent_id).tax_status = None
        with pytest.raises(NotSelfEmployed):
            self.ask(cast)
