from datetime import timedelta

from sqlalchemy import select

from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus, StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, balances
from shared.payments.models import Split, SplitLine, SplitStatus
from shared.payouts import release
from shared.payouts.models import Payout, PayoutItem, PayoutStatus
from tests.shared.payments.fakes import FakeCollector, FakePayer
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, step_of


def a_paid_cast(*, agency: bool = True, hold_days: int = 0) -> Cast:
    cast = a_cast(agency=agency, hold_days=hold_days)
    pay_step(FakeCollector(), cast)
    return cast


def run(later: timedelta = timedelta()) -> dict[str, int]:
    return release.release_due(Transactions(), now=utc_now() + later)


class TestRelease:
    def test_the_hold_becomes_the_owners_and_the_platforms(self, payer: FakePayer) -> None:
        cast = a_paid_cast()

        assert run() == {"released": 1, "due": 1}

        assert step_of(cast.deal_id).status is StepStatus.RELEASED
        assert count_of(Split, Split.status == SplitStatus.HELD) == 0
        with Transactions()() as session:
            agency = session.scalars(select(Split).where(Split.line == SplitLine.AGENCY)).one()
            agent = session.scalars(select(Split).where(Split.line == SplitLine.AGENT)).one()
            held = {
                "agency": accounts.payable(cast.organization_id or cast.deal_id, agency.id),
                "agent": accounts.payable(cast.agent_id, agent.id),
                "fee": accounts.platform_fee(),
                "fee_vat": accounts.platform_vat(),
                "hold": accounts.deal_hold(cast.deal_id, 1),
            }
            sums = {name: balances.balance_of(session, each).kopecks for name, each in held.items()}
        assert sums == {
            "agency": 126_068_85,
            "agent": 167_931_15,
            "fee": 4_918_03,
            "fee_vat": 1_081_97,
            "hold": 0,
        }
        assert_books_balance()

    def test_one_payout_per_owner_is_planned(self, payer: FakePayer) -> None:
        cast = a_paid_cast()
        run()

        with Transactions()() as session:
            planned = session.scalars(select(Payout)).all()
            by_owner = {one.owner_organization_id or one.owner_user_id: one for one in planned}
            agencys = by_owner[cast.organization_id].id
            items = session.scalars(select(PayoutItem).where(PayoutItem.payout_id == agencys)).all()
        assert {one.status for one in planned} == {PayoutStatus.PLANNED}
        assert by_owner[cast.organization_id].amount_kopecks == Money(126_068_85)
        assert by_owner[cast.agent_id].amount_kopecks == Money(167_931_15)
        assert sorted(item.amount_kopecks.kopecks for item in items) == [54_098_36, 71_970_49]

    def test_the_agent_alone_gets_all_but_the_fee(self, payer: FakePayer) -> None:
        a_paid_cast(agency=False)
        run()

        with Transactions()() as session:
            payout = session.scalars(select(Payout)).one()
        assert payout.amount_kopecks == Money(294_000_00)

    def test_waits_for_the_end_of_the_hold(self, payer: FakePayer) -> None:
        cast = a_paid_cast(hold_days=2)

        assert run() == {"released": 0, "due": 0}
        assert run(later=timedelta(days=2)) == {"released": 1, "due": 1}
        assert step_of(cast.deal_id).status is StepStatus.RELEASED

    def test_a_dispute_stops_it(self, payer: FakePayer) -> None:
        cast = a_paid_cast()
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.DISPUTE

        assert run() == {"released": 0, "due": 0}

    def test_a_dispute_that_came_meanwhile_stops_it_too(self, payer: FakePayer) -> None:
        cast = a_paid_cast()
        step_id = step_of(cast.deal_id).id
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.DISPUTE

        with Transactions()() as session:
            released = release.release_step(session, step_id=step_id, deal_id=cast.deal_id, now=utc_now())

        assert not released
        assert count_of(Payout) == 0

    def test_five_runs_at_once_release_once(self, payer: FakePayer) -> None:
        a_paid_cast()

        at_once(lambda: release.release_due(OwnConnections(), now=utc_now()), times=5)

        assert count_of(Payout) == 2
        assert_books_balance()
