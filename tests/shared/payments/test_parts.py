import pytest
from sqlalchemy import select

from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.errors import DealNotFound, DealNotPayable
from shared.deals.models import Deal, DealStatus, PaymentStep, StepStatus
from shared.deals.service import Viewer
from shared.kernel.clock import utc_now
from shared.kernel.errors import Conflict
from shared.kernel.money import Money, total
from shared.payments import parts
from shared.payments.errors import (
    IntentOpen,
    PartsTooLarge,
    PartsTooSmall,
    StepNotOpen,
    StepParted,
    TooMuchForOnePayment,
)
from shared.payments.models import Split
from shared.payouts import release
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import ask_for_link, hear, only, pay_step, task_reasons
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, step_of

LARGE = Money(1_000_000_01)


def divide(
    bank: FakeCollector,
    cast: Cast,
    count: int = 2,
    *,
    step_no: int = 1,
    viewer: Viewer | None = None,
    transactions: Transactions | None = None,
) -> None:
    with (transactions or Transactions())() as session:
        parts.divide_step(
            session,
            providers=only(bank),
            deal_id=cast.deal_id,
            step_no=step_no,
            count=count,
            viewer=viewer or cast.agent,
            actor=SYSTEM,
            now=utc_now(),
        )


def plan_of(cast: Cast) -> list[PaymentStep]:
    with Transactions()() as session:
        return deals.plan_of(session, cast.deal_id)


class TestDividing:
    def test_puts_parts_under_the_same_rules_in_the_steps_place(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[LARGE, Money(50_000_00)])
        before = step_of(cast.deal_id)

        divide(bank, cast)

        whole, other, *made = plan_of(cast)
        assert (whole.status, other.status) == (StepStatus.PARTED, StepStatus.PLANNED)
        assert [(part.step_no, part.part_of, part.amount_kopecks.kopecks) for part in made] == [
            (3, 1, 500_000_01),
            (4, 1, 500_000_00),
        ]
        for part in made:
            assert part.status is StepStatus.PLANNED
            assert (part.trigger, part.release_rule) == (before.trigger, before.release_rule)
        assert count_of(AuditLog, AuditLog.action == "step.parted") == 1

    def test_leaves_the_plan_as_it_was_signed(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[LARGE, Money(50_000_00)])
        divide(bank, cast)

        with Transactions()() as session:
            agreed = deals.agreed_plan(session, cast.deal_id)

        assert [(step.step_no, step.amount_kopecks) for step in agreed] == [(1, LARGE), (2, Money(50_000_00))]

    def test_changes_the_deals_revision(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[LARGE])
        with Transactions()() as session:
            before = session.get_one(Deal, cast.deal_id).revision

        divide(bank, cast)

        with Transactions()() as session:
            assert session.get_one(Deal, cast.deal_id).revision == before + 1

    def test_the_parts_are_paid_and_released_and_the_whole_is_not(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[LARGE])
        with pytest.raises(TooMuchForOnePayment) as refused:
            ask_for_link(bank, cast)
        assert refused.value.facts == {
            "most_kopecks": 700_000_00,
            "parts_kopecks": [500_000_01, 500_000_00],
        }

        divide(bank, cast)
        for step_no in (2, 3):
            pay_step(bank, cast, step_no)
        with pytest.raises(StepParted):
            ask_for_link(bank, cast)
        released = release.release_due(Transactions(), now=utc_now())

        assert released["released"] == 2
        assert [step.status for step in plan_of(cast)] == [StepStatus.PARTED, *[StepStatus.RELEASED] * 2]
        with Transactions()() as session:
            splits = session.scalars(select(Split)).all()
        assert total([part.amount_kopecks for part in splits]) == LARGE
        assert_books_balance()

    def test_a_part_may_be_divided_again(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[LARGE])
        divide(bank, cast)
        divide(bank, cast, 3, step_no=2)

        counted = [step for step in plan_of(cast) if step.status is not StepStatus.PARTED]
        assert total([step.amount_kopecks for step in counted]) == LARGE
        assert [step.part_of for step in counted] == [1, 2, 2, 2]

    def test_money_for_a_link_that_had_ended_before_goes_to_suspense(self, bank: FakeCollector) -> None:
        cast = a_cast()
        bank.cancel(ask_for_link(bank, cast).provider_payment_id or "")
        (made,) = bank.payments
        hear(bank, made, "payment.canceled")
        divide(bank, cast)
        bank.pay(made)

        hear(bank, made)

        assert task_reasons() == ["step_parted"]
        assert_books_balance()


class TestRefusing:
    def test_what_has_a_link_or_is_paid_or_divided(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[Money(100_00), Money(200_00), Money(300_00)])
        ask_for_link(bank, cast)
        pay_step(bank, cast, 2)
        divide(bank, cast, step_no=3)

        for step_no, refusal in ((1, IntentOpen), (2, StepNotOpen), (3, StepParted)):
            with pytest.raises(refusal):
                divide(bank, cast, step_no=step_no)

    def test_parts_that_are_too_small(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[Money(2_99)])

        with pytest.raises(PartsTooSmall):
            divide(bank, cast, 3)
        divide(bank, cast, 2)

    def test_parts_that_are_still_too_large_and_says_how_many_help(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[Money(2_100_000_00)])

        with pytest.raises(PartsTooLarge, match="хватит 3") as refused:
            divide(bank, cast, 2)

        assert refused.value.facts == {"parts_kopecks": [700_000_00] * 3}
        assert [step.status for step in plan_of(cast)] == [StepStatus.PLANNED]

    def test_parts_of_which_a_person_could_not_be_paid(self, bank: FakeCollector) -> None:
        cast = a_cast(agency=False, steps=[Money(1_100_000_00)])

        with pytest.raises(PartsTooLarge, match="хватит 3"):
            divide(bank, cast, 2)
        divide(bank, cast, 3)

    def test_a_deal_that_is_not_payable(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[LARGE])
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.DISPUTE

        with pytest.raises(DealNotPayable):
            divide(bank, cast)

    def test_somebody_elses_deal(self, bank: FakeCollector) -> None:
        cast, other = a_cast(steps=[LARGE]), a_cast()

        with pytest.raises(DealNotFound):
            divide(bank, cast, viewer=other.agent)

    def test_all_but_one_of_five_at_once(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[LARGE])

        refused = at_once(
            lambda: divide(bank, cast, transactions=OwnConnections()), times=5, expected=Conflict
        )

        assert refused == 4
        assert len(plan_of(cast)) == 3
