from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances, flows
from shared.ledger.errors import FloorBreached
from shared.ledger.posting import Cause

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TERMS = b"\x11" * 32


class Story:
    """A payment of 300 000.00, split as in example (b) of the product's page on money."""

    gross = Money(300_000_00)
    charge = Money(1_200_00)
    agency_part = Money(126_068_85)
    agent_part = Money(167_931_15)
    fee_net = Money(4_918_03)
    fee_vat = Money(1_081_97)

    def __init__(self, session: Session) -> None:
        self.session = session
        self.payment_id, self.deal_id, self.payout_id = new_id(), new_id(), new_id()
        self.agency_id, self.agency_split = new_id(), new_id()
        self.agent_id, self.agent_split = new_id(), new_id()

    def received(self) -> None:
        flows.payment_received(
            self.session, provider="yookassa", payment_id=self.payment_id, deal_id=self.deal_id, step_no=1,
            gross=self.gross, terms_sha256=TERMS, occurred_at=NOON,
        )  # fmt: skip

    def settled(self) -> None:
        cause = Cause(payment_id=self.payment_id)
        reference = f"payment:{self.payment_id}"
        flows.own_funds_in(self.session, reference="first", amount=Money(10_000_00), occurred_at=NOON)
        flows.provider_charge(
            self.session, provider="yookassa", reference=reference, charge=self.charge, occurred_at=NOON,
            cause=cause,
        )  # fmt: skip
        flows.charge_covered(
            self.session, reference=reference, charge=self.charge, occurred_at=NOON, cause=cause
        )
        flows.provider_settled(
            self.session, provider="yookassa", reference="r-1", net=self.gross - self.charge, occurred_at=NOON
        )

    def released(self) -> None:
        flows.release_step(
            self.session, payment_id=self.payment_id, deal_id=self.deal_id, step_no=1,
            shares=[
                flows.ReleasedShare(self.agency_id, self.agency_split, self.agency_part),
                flows.ReleasedShare(self.agent_id, self.agent_split, self.agent_part),
            ],
            fee_net=self.fee_net, fee_vat=self.fee_vat, terms_sha256=TERMS, occurred_at=NOON,
        )  # fmt: skip
        flows.fee_swept(
            self.session, reference=str(self.payment_id), amount=self.fee_net + self.fee_vat, occurred_at=NOON
        )

    def reserved(self, payout_id: UUID) -> None:
        flows.payout_reserved(
            self.session, payout_id=payout_id, attempt=1, owner_id=self.agent_id, split_id=self.agent_split,
            amount=self.agent_part, occurred_at=NOON,
        )  # fmt: skip

    def failed(self, payout_id: UUID) -> None:
        flows.payout_failed(
            self.session, payout_id=payout_id, attempt=1, owner_id=self.agent_id, split_id=self.agent_split,
            amount=self.agent_part, occurred_at=NOON,
        )  # fmt: skip

    def paid(self) -> None:
        flows.payouts_funded(
            self.session, provider="yookassa", reference="f-1", amount=self.agent_part, occurred_at=NOON
        )
        flows.payout_succeeded(
            self.session, payout_id=self.payout_id, attempt=1, paid_from=accounts.payout_float("yookassa"),
            amount=self.agent_part, occurred_at=NOON,
        )  # fmt: skip

    def balance(self, account: accounts.Account) -> Money:
        return balances.balance_of(self.session, account)


@pytest.fixture
def story(app: Session) -> Story:
    return Story(app)


class TestTheWayOfAPayment:
    def test_a_payment_is_held_for_its_step(self, story: Story) -> None:
        story.received()

        assert story.balance(accounts.deal_hold(story.deal_id, 1)) == story.gross
        assert story.balance(accounts.provider_clearing("yookassa")) == story.gross

    def test_settlement_and_the_covered_charge_leave_clients_money_whole(self, story: Story) -> None:
        story.received()
        story.settled()

        assert story.balance(accounts.provider_clearing("yookassa")) == Money.zero()
        assert story.balance(accounts.client_bank()) == story.gross
        assert story.balance(accounts.platform_cash()) == Money(10_000_00) - story.charge
        assert balances.cover(story.session).holds

    def test_an_uncovered_charge_is_a_hole(self, story: Story) -> None:
        story.received()
        flows.provider_charge(
            story.session, provider="yookassa", reference=f"payment:{story.payment_id}", charge=story.charge,
            occurred_at=NOON, cause=Cause(payment_id=story.payment_id),
        )  # fmt: skip

        cover = balances.cover(story.session)
        assert not cover.holds
        assert cover.obligations - cover.holdings == story.charge

    def test_a_release_gives_everybody_his_part(self, story: Story) -> None:
        story.received()
        story.settled()
        story.released()

        assert story.balance(accounts.deal_hold(story.deal_id, 1)) == Money.zero()
        assert story.balance(accounts.payable(story.agency_id, story.agency_split)) == story.agency_part
        assert story.balance(accounts.payable(story.agent_id, story.agent_split)) == story.agent_part
        assert story.balance(accounts.platform_fee()) == story.fee_net
        assert story.balance(accounts.platform_vat()) == story.fee_vat
        assert balances.cover(story.session).holds

    def test_a_payout_ends_with_books_in_balance(self, story: Story) -> None:
        story.received()
        story.settled()
        story.released()
        story.reserved(story.payout_id)
        story.paid()
        story.session.commit()

        assert story.balance(accounts.payout_in_transit(story.payout_id)) == Money.zero()
        assert story.balance(accounts.payout_float("yookassa")) == Money.zero()
        totals = balances.totals(story.session)
        assert totals.debits == totals.credits
        assert balances.cover(story.session).holdings == story.agency_part
        assert balances.drifted_accounts(story.session) == []

    def test_a_failed_payout_can_be_paid_by_another(self, story: Story) -> None:
        story.received()
        story.released()
        first = new_id()
        story.reserved(first)
        story.failed(first)
        story.reserved(story.payout_id)

        assert story.balance(accounts.payout_in_transit(story.payout_id)) == story.agent_part
        assert story.balance(accounts.payable(story.agent_id, story.agent_split)) == Money.zero()

    def test_a_returned_payout_is_owed_again(self, story: Story) -> None:
        story.received()
        story.settled()
        story.released()
        story.reserved(story.payout_id)
        story.paid()
        flows.payout_returned(
            story.session, payout_id=story.payout_id, attempt=1, owner_id=story.agent_id, split_id=story.agent_split,
            returned_to=accounts.client_bank(), amount=story.agent_part, occurred_at=NOON,
        )  # fmt: skip

        assert story.balance(accounts.payable(story.agent_id, story.agent_split)) == story.agent_part
        assert balances.cover(story.session).holds


class TestMoneyThatIsNotThere:
    def test_a_second_payout_of_the_same_money_is_refused(self, story: Story) -> None:
        story.received()
        story.released()
        story.reserved(new_id())

        with pytest.raises(FloorBreached):
            story.reserved(new_id())

    def test_a_step_that_was_not_paid_is_not_released(self, story: Story) -> None:
        with pytest.raises(FloorBreached):
            story.released()

    def test_a_payout_that_failed_can_not_succeed(self, story: Story) -> None:
        story.received()
        story.released()
        story.reserved(story.payout_id)
        story.failed(story.payout_id)

        with pytest.raises(FloorBreached):
            story.paid()

    def test_a_payout_is_not_paid_from_a_clients_hold(self, story: Story) -> None:
        with pytest.raises(ValueError, match="paid from"):
            flows.payout_succeeded(
                story.session, payout_id=story.payout_id, attempt=1, paid_from=accounts.deal_hold(story.deal_id, 1),
                amount=Money(1), occurred_at=NOON,
            )  # fmt: skip
