import pytest
from sqlalchemy.orm import Session

from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances, refund_flows
from shared.ledger.posting import Cause, Kind, Movement, post, reverse
from shared.ledger.refund_flows import TakenBack
from tests.shared.ledger.test_flows import NOON, TERMS, Story

CLEARING, BANK, CASH = (
    accounts.provider_clearing("yookassa"),
    accounts.client_bank(),
    accounts.platform_cash(),
)


@pytest.fixture
def story(app: Session) -> Story:
    """Paid and settled: the bank has the gross."""
    story = Story(app)
    story.received()
    story.settled()
    return story


def paid_out(story: Story) -> None:
    """Released, and the agent's part is with him."""
    story.released()
    story.reserved(story.payout_id)
    story.paid()


def taken_back_whole(story: Story) -> accounts.Account:
    """All of it goes back after the agent was paid: his part is a debt."""
    refund_id = new_id()
    refund_flows.refund_accepted_after_release(
        story.session, refund_id=refund_id, payment_id=story.payment_id,
        taken=[
            TakenBack(story.agency_id, story.agency_split, story.agency_part, Money.zero()),
            TakenBack(story.agent_id, story.agent_split, Money.zero(), story.agent_part),
        ],
        fee_net=story.fee_net, fee_vat=story.fee_vat, terms_sha256=TERMS, occurred_at=NOON,
    )  # fmt: skip
    refund_flows.refund_funded(
        story.session, refund_id=refund_id, refunded_from=CLEARING, from_clients=story.agency_part,
        from_platform=story.gross - story.agency_part, occurred_at=NOON,
    )  # fmt: skip
    refund_flows.refund_succeeded(
        story.session, refund_id=refund_id, refunded_from=CLEARING, amount=story.gross, occurred_at=NOON
    )
    return accounts.receivable(story.agent_id, story.agent_split)


class TestARefund:
    def test_before_the_release_leaves_the_hold(self, story: Story) -> None:
        refund_id, part = new_id(), Money(100_000_00)
        refund_flows.refund_accepted_before_release(
            story.session, refund_id=refund_id, payment_id=story.payment_id, deal_id=story.deal_id, step_no=1,
            amount=part, terms_sha256=TERMS, occurred_at=NOON,
        )  # fmt: skip

        assert story.balance(accounts.deal_hold(story.deal_id, 1)) == story.gross - part
        assert story.balance(accounts.refund_in_transit(refund_id)) == part
        assert balances.cover(story.session).holds

    def test_that_failed_is_the_reversal_of_its_acceptance(self, story: Story) -> None:
        accepted = refund_flows.refund_accepted_before_release(
            story.session, refund_id=new_id(), payment_id=story.payment_id, deal_id=story.deal_id, step_no=1,
            amount=Money(5), terms_sha256=TERMS, occurred_at=NOON,
        )  # fmt: skip
        reverse(story.session, transaction_id=accepted.transaction_id, key="failed", occurred_at=NOON)

        assert story.balance(accounts.deal_hold(story.deal_id, 1)) == story.gross

    def test_after_a_payout_makes_a_debt_that_the_platform_lends(self, story: Story) -> None:
        paid_out(story)
        cash = story.balance(CASH)
        debt = taken_back_whole(story)

        assert story.balance(debt) == story.agent_part
        assert story.balance(accounts.platform_fee()) == Money.zero()
        assert story.balance(accounts.platform_vat()) == Money.zero()
        assert story.balance(CASH) == cash - (story.gross - story.agency_part)
        assert story.balance(CLEARING) == Money.zero()
        assert balances.cover(story.session).obligations == Money.zero()
        assert balances.owed_by(story.session, story.agent_id) == story.agent_part


class TestADebt:
    def test_is_set_off_against_what_is_payable_later(self, story: Story) -> None:
        paid_out(story)
        debt = taken_back_whole(story)
        later, cash, part = new_id(), story.balance(CASH), Money(1_000_00)
        payable = accounts.payable(story.agent_id, later)
        post(
            story.session, kind=Kind.PAYMENT_RECEIVED, key="later", occurred_at=NOON, cause=Cause(),
            movements=[Movement(BANK, payable, part)],
        )  # fmt: skip
        refund_flows.set_off(
            story.session, reference="first", owner_id=story.agent_id, payable_split_id=later,
            receivable_split_id=story.agent_split, amount=part, occurred_at=NOON,
        )  # fmt: skip

        assert story.balance(payable) == Money.zero()
        assert story.balance(debt) == story.agent_part - part
        assert story.balance(CASH) == cash + part
        assert balances.cover(story.session).holds

    def test_is_repaid(self, story: Story) -> None:
        paid_out(story)
        debt, cash = taken_back_whole(story), story.balance(CASH)
        refund_flows.debt_repaid(
            story.session, reference="r", owner_id=story.agent_id, split_id=story.agent_split,
            amount=story.agent_part, occurred_at=NOON,
        )  # fmt: skip

        assert story.balance(debt) == Money.zero()
        assert story.balance(CASH) == cash + story.agent_part

    def test_is_written_off(self, story: Story) -> None:
        paid_out(story)
        debt = taken_back_whole(story)
        refund_flows.debt_written_off(
            story.session, reference="w", owner_id=story.agent_id, split_id=story.agent_split,
            amount=story.agent_part, occurred_at=NOON,
        )  # fmt: skip

        assert story.balance(debt) == Money.zero()
        assert story.balance(accounts.bad_debt()) == story.agent_part


class TestADispute:
    def test_holds_what_is_payable_and_divides_it(self, story: Story) -> None:
        story.released()
        refund_id, part = new_id(), Money(7_000_00)
        payable = accounts.payable(story.agent_id, story.agent_split)
        refund_flows.dispute_opened(
            story.session, reference="d", owner_id=story.agent_id, split_id=story.agent_split,
            amount=story.agent_part, occurred_at=NOON,
        )  # fmt: skip
        assert story.balance(payable) == Money.zero()

        refund_flows.dispute_decided(
            story.session, reference="d", owner_id=story.agent_id, split_id=story.agent_split,
            to_owner=story.agent_part - part, to_payer=part, refund_id=refund_id, occurred_at=NOON,
        )  # fmt: skip

        assert story.balance(accounts.dispute_hold(story.agent_id, story.agent_split)) == Money.zero()
        assert story.balance(payable) == story.agent_part - part
        assert story.balance(accounts.refund_in_transit(refund_id)) == part


class TestSuspense:
    @pytest.mark.parametrize("into", [accounts.deal_hold(new_id(), 1), accounts.refund_in_transit(new_id())])
    def test_is_placed_or_goes_back(self, app: Session, into: accounts.Account) -> None:
        payment_id = new_id()
        post(
            app, kind=Kind.PAYMENT_RECEIVED, key="unmatched", occurred_at=NOON, cause=Cause(payment_id=payment_id),
            movements=[Movement(CLEARING, accounts.suspense(payment_id), Money(500))],
        )  # fmt: skip
        refund_flows.suspense_resolved(
            app, payment_id=payment_id, into=into, amount=Money(500), cause=Cause(payment_id=payment_id),
            occurred_at=NOON,
        )  # fmt: skip

        assert balances.balance_of(app, accounts.suspense(payment_id)) == Money.zero()
        assert balances.balance_of(app, into) == Money(500)


class TestADealsOpenAccounts:
    def test_follow_its_money_to_the_end(self, story: Story) -> None:
        hold = accounts.deal_hold(story.deal_id, 1)
        assert balances.open_client_accounts(story.session, story.deal_id) == {hold: story.gross}

        story.released()
        agency = accounts.payable(story.agency_id, story.agency_split)
        agent = accounts.payable(story.agent_id, story.agent_split)
        assert balances.open_client_accounts(story.session, story.deal_id) == {
            agency: story.agency_part,
            agent: story.agent_part,
        }

        story.reserved(story.payout_id)
        assert balances.open_client_accounts(story.session, story.deal_id) == {
            agency: story.agency_part,
            accounts.payout_in_transit(story.payout_id): story.agent_part,
        }

        story.paid()
        taken_back_whole(story)
        assert balances.open_client_accounts(story.session, story.deal_id) == {}

    def test_are_not_those_of_another_deal(self, story: Story) -> None:
        other = Story(story.session)
        other.received()

        assert set(balances.open_client_accounts(story.session, story.deal_id)) == {
            accounts.deal_hold(story.deal_id, 1)
        }
