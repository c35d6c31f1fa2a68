from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.organizations.payout_account_models import PayoutAccount
from shared.payouts.models import Payout, PayoutStatus
from shared.receipts.models import Receipt, ReceiptKind, ReceiptStatus
from shared.receipts.npd_models import BindingStatus, NpdBinding
from shared.receipts.tax_gate import YEAR_LIMIT, tax_gate, year_income
from shared.users import profiles
from shared.users.models import TaxStatus, UserProfile
from tests.shared.payments.steps import pay_and_release
from tests.shared.payments.world import Cast, a_cast


@pytest.fixture
def cast(database: object) -> Cast:
    cast = a_cast()
    pay_and_release(cast)
    return cast


def verdict(cast: Cast, *, organization: bool = False) -> str | None:
    with Transactions()() as session:
        owner = (
            Payout.owner_organization_id.is_not(None)
            if organization
            else Payout.owner_user_id == cast.agent_id
        )
        payout = session.scalars(select(Payout).where(owner)).one()
        hold = tax_gate(session, payout, utc_now())
        return None if hold is None else hold.reason


def earn_alone(cast: Cast, amount: Money, *, at: datetime | None = None) -> None:
    """Income of the same person as an agent alone: moved onto him from another deal."""
    other = a_cast(agency=False)
    pay_and_release(other)
    with Transactions()() as session:
        session.execute(
            update(Receipt)
            .where(Receipt.kind == ReceiptKind.NPD)
            .values(taxpayer_id=cast.agent_id, amount_kopecks=amount, operation_time=at or utc_now())
        )


class TestTaxGate:
    def test_a_bound_taxpayer_passes(self, cast: Cast) -> None:
        assert verdict(cast) is None

    def test_organizations_are_no_taxpayers_of_npd(self, cast: Cast) -> None:
        assert verdict(cast, organization=True) is None

    @pytest.mark.parametrize("status", [TaxStatus.SOLE_TRADER, TaxStatus.EMPLOYEE, None])
    def test_whoever_is_no_longer_self_employed_waits(self, cast: Cast, status: TaxStatus | None) -> None:
        with Transactions()() as session:
            session.get_one(UserProfile, cast.agent_id).tax_status = status

        assert verdict(cast) == "tax_status_changed"

    def test_another_inn_than_the_bound_one_holds(self, cast: Cast) -> None:
        with Transactions()() as session:
            profiles.update(
                session, actor=SYSTEM, user_id=cast.agent_id, changes={"inn": "770000999999"}, now=utc_now()
            )

        assert verdict(cast) == "inn_changed"

    @pytest.mark.parametrize(
        "status", [BindingStatus.REQUESTED, BindingStatus.WAITING, BindingStatus.REJECTED]
    )
    def test_an_unconfirmed_binding_holds(self, cast: Cast, status: BindingStatus) -> None:
        with Transactions()() as session:
            session.get_one(NpdBinding, cast.agent_id).status = status

        assert verdict(cast) == "npd_unbound"

    def test_a_binding_without_the_right_to_register_holds(self, cast: Cast) -> None:
        with Transactions()() as session:
            session.get_one(NpdBinding, cast.agent_id).permissions = ["INCOME_LIST"]

        assert verdict(cast) == "npd_unbound"

    def test_no_binding_holds(self, database: object) -> None:
        cast = a_cast(bound=False)
        pay_and_release(cast)

        assert verdict(cast) == "npd_unbound"

    @pytest.mark.parametrize(("above", "expected"), [(Money(0), None), (Money(1), "npd_year_limit")])
    def test_the_years_income_with_this_payout(self, cast: Cast, above: Money, expected: str | None) -> None:
        earn_alone(cast, YEAR_LIMIT - Money(167_931_15) + above)

        assert verdict(cast) == expected

    def test_payouts_on_their_way_count_already(self, cast: Cast) -> None:
        earn_alone(cast, YEAR_LIMIT - Money(167_931_15))
        another = a_cast()
        pay_and_release(another)
        with Transactions()() as session:
            payout = session.scalars(select(Payout).where(Payout.owner_user_id == another.agent_id)).one()
            mine = session.scalars(select(Payout).where(Payout.owner_user_id == cast.agent_id)).one()
            account_id = session.scalars(
                select(PayoutAccount.id).where(PayoutAccount.owner_user_id == cast.agent_id)
            ).one()
            payout.owner_user_id, payout.account_id = cast.agent_id, account_id
            payout.status = PayoutStatus.UNKNOWN
            session.flush()
            hold = tax_gate(session, mine, utc_now())

        assert hold is not None
        assert hold.reason == "npd_year_limit"

    def test_last_year_and_cancelled_receipts_do_not_count(self, cast: Cast) -> None:
        earn_alone(cast, YEAR_LIMIT, at=utc_now() - timedelta(days=366))
        assert verdict(cast) is None
        with Transactions()() as session:
            session.execute(
                update(Receipt).where(Receipt.kind == ReceiptKind.NPD).values(operation_time=utc_now())
            )
        assert verdict(cast) == "npd_year_limit"
        with Transactions()() as session:
            session.execute(
                update(Receipt).where(Receipt.kind == ReceiptKind.NPD).values(status=ReceiptStatus.CANCELLED)
            )
        assert verdict(cast) is None

    def test_the_year_begins_in_moscow(self, cast: Cast) -> None:
        midnight = datetime(2025, 12, 31, 21, tzinfo=UTC)
        earn_alone(cast, Money(100), at=midnight)

        with Transactions()() as session:
            after = year_income(session, cast.agent_id, midnight)
            before = year_income(session, cast.agent_id, midnight - timedelta(seconds=1))
        assert (after, before) == (Money(100), Money(100))
        with Transactions()() as session:
            session.execute(
                update(Receipt)
                .where(Receipt.kind == ReceiptKind.NPD)
                .values(operation_time=midnight - timedelta(seconds=1))
            )
            assert year_income(session, cast.agent_id, midnight) == Money(0)
