"""Every reason against an erasure is named at once, and nothing is destroyed."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM, Actor
from shared.auth import blocking
from shared.auth.blocking import BlockReason
from shared.deals.models import Deal
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, posting
from shared.ledger.posting import Cause, Kind, Movement
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole
from shared.privacy import erasure
from shared.privacy.errors import ErasureRefused
from shared.receipts.models import Receipt
from shared.receipts.views import link_of
from shared.users import service as users
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.builders.deals import a_crew
from tests.shared.payments.steps import pay_and_release
from tests.shared.payments.world import a_cast
from tests.shared.privacy.money import LINK, close, pay_out, register_receipts


def refusals(session: Session, user_id: UUID, now: datetime) -> dict[str, str]:
    with pytest.raises(ErasureRefused) as refused:
        erasure.erase(session, user_id=user_id, actor=SYSTEM, now=now)
    for sentence in refused.value.errors.values():
        assert sentence in refused.value.detail
    return dict(refused.value.errors)


class TestErasureIsRefused:
    @pytest.mark.parametrize("who", ["agent_id", "client_id"])
    def test_while_a_deal_lives(self, app: Session, who: str) -> None:
        cast = a_cast()

        found = refusals(app, getattr(cast, who), utc_now())

        number = app.get_one(Deal, cast.deal_id).number
        assert number in found["live_deals"]

    def test_while_money_is_owed_to_him_and_receipts_are_due(self, app: Session) -> None:
        cast = a_cast(agency=False)
        pay_and_release(cast)
        close(cast)

        found = refusals(app, cast.agent_id, utc_now())

        assert set(found) == {"unpaid_payouts", "unregistered_receipts"}
        assert "₽" in found["unpaid_payouts"]

    def test_while_a_service_contract_binds_him(self, app: Session) -> None:
        crew = a_crew(app, utc_now())
        app.commit()

        assert refusals(app, crew.agent.id, utc_now()) == {
            "open_subcontracts": "Действует договор с агентством: ООО «Дом и ключи». Попросите завершить его."
        }

    def test_to_the_last_admin_until_another_can_sign_in(self, app: Session) -> None:
        now = utc_now()
        agency, other = people.an_agency(app, now), people.a_client(app, now)
        organizations.add_member(app, agency.id, other.id, MemberRole.ADMIN, actor=SYSTEM, now=now)
        blocking.block(
            app, user_id=other.id, reason=BlockReason.LAW_REQUIRES, actor=Actor(agency.admin.id), now=now
        )
        app.commit()

        assert set(refusals(app, agency.admin.id, now)) == {"last_admin"}
        app.get_one(User, other.id).status = UserStatus.ACTIVE
        app.flush()
        assert erasure.erase(app, user_id=agency.admin.id, actor=SYSTEM, now=now).erased_at == now

    def test_to_the_blocked(self, app: Session) -> None:
        now = utc_now()
        person = people.a_client(app, now)
        app.get_one(User, person.id).status = UserStatus.BLOCKED
        app.flush()

        assert set(refusals(app, person.id, now)) == {"account_blocked"}

    def test_to_staff(self, app: Session, owner: Connection) -> None:
        now = utc_now()
        person = people.a_client(app, now)
        app.commit()
        owner.execute(
            text(
                "INSERT INTO staff_members (user_id, role, totp_secret, created_at) VALUES (:id, 'admin', '', now())"
            ),
            {"id": person.id},
        )
        owner.commit()

        assert set(refusals(app, person.id, now)) == {"staff"}

    def test_to_a_debtor(self, app: Session) -> None:
        now = utc_now()
        person = people.a_client(app, now)
        posting.post(
            app,
            kind=Kind.PAYOUT_RETURNED,
            key="a debt",
            movements=[
                Movement(accounts.receivable(person.id, new_id()), accounts.own_funds(), Money(1_234_56))
            ],
            occurred_at=now,
            cause=Cause(),
        )

        found = refusals(app, person.id, now)

        assert set(found) == {"debt"}
        assert str(Money(1_234_56)) in found["debt"]

    def test_and_destroys_nothing(self, app: Session) -> None:
        cast = a_cast()

        refusals(app, cast.agent_id, utc_now())
        app.commit()

        assert app.get_one(User, cast.agent_id).status is UserStatus.ACTIVE
        assert users.contacts_of(app, cast.agent_id).phone is not None


class TestOneWhoWasPaid:
    def test_goes_once_all_is_final_and_the_law_holds_his_money_and_receipts(self, app: Session) -> None:
        cast = a_cast(agency=False)
        pay_out(cast)
        close(cast)
        register_receipts()
        now = utc_now()

        done = erasure.erase(app, user_id=cast.agent_id, actor=SYSTEM, now=now)
        app.commit()

        assert [hold.code for hold in done.holds] == [
            "contracts",
            "payments",
            "receipts",
            "consents",
            "audit",
        ]
        assert all(hold.law and hold.until >= (now + timedelta(days=3 * 365)).date() for hold in done.holds)
        receipt = app.scalars(select(Receipt)).one()
        assert link_of(app, receipt) == LINK
        assert app.scalar(text("SELECT status FROM payouts")) == "succeeded"
