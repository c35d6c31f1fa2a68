import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM, Actor
from shared.kernel.errors import DomainError
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.organizations import payout_account_reading as reading
from shared.organizations import payout_account_rules as rules
from shared.organizations import payout_accounts
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole, OrganizationMember
from shared.organizations.payout_account_errors import (
    AccountOfSomebodyElse,
    BankUnknown,
    CheckedSignerNeeded,
    PayoutAccountConfirmed,
    PayoutAccountExists,
    PayoutAccountInUse,
    PayoutAccountIsDefault,
    PayoutAccountNotFound,
    PayoutAccountUnconfirmed,
    PayoutPhoneNeeded,
    TooManyPayoutAccounts,
)
from shared.organizations.payout_account_models import PayoutAccount
from shared.organizations.payout_account_reading import AccountLine, Owner
from shared.organizations.payout_details import BankAccount, Card, Details, OwnPhone, SbpPhone
from shared.users import profiles
from shared.users.models import TaxStatus
from tests.builders import people
from tests.builders.people import Agency, Person
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OTHER_BANK = "100000000008"
OWN = BankAccount("044525225", "40817810700000000001", "Иванова Мария Петровна")
TRADERS = BankAccount("044525225", "40802810100000000001", "ИП Иванова Мария Петровна")
COMPANYS = BankAccount("044525225", "40702810200000000001", "ООО «Дом и ключи»")
CARD = Card("pt-2f1d7c9a-000f-5000-8000", "4444")


@pytest.fixture
def agent(app: Session) -> Person:
    return people.an_agent(app, NOW, payable=False)


@pytest.fixture
def agency(app: Session) -> Agency:
    """Its admin is its checked signer."""
    return people.an_agency(app, NOW)


def add(
    app: Session,
    owner: Person | Agency,
    details: Details | OwnPhone,
    now: datetime = NOW,
    by: UUID | None = None,
) -> AccountLine:
    whose = Owner(user_id=owner.id) if isinstance(owner, Person) else Owner(organization_id=owner.id)
    return payout_accounts.add(app, owner=whose, details=details, actor=Actor(by or owner.id), now=now)


def defaults(app: Session, owner: Owner) -> list[UUID]:
    return list(app.scalars(select(PayoutAccount.id).where(*owner.accounts(), PayoutAccount.is_default)))


class TestAPersonsFirstAccount:
    def test_is_usable_at_once_if_it_is_his_proved_phone(self, app: Session, agent: Person) -> None:
        added = add(app, agent, OwnPhone(people.BANK_ID))

        assert (added.usable_from, added.is_default) == (NOW, True)
        found = payout_accounts.usable_default(app, owner_user_id=agent.id, now=NOW)
        assert found is not None
        assert (found.phone, found.bank_id) == (agent.phone, people.BANK_ID)

    @pytest.mark.parametrize("details", [SbpPhone("+79160000001", people.BANK_ID), OWN, CARD])
    def test_waits_a_day_if_it_is_anything_else(self, app: Session, agent: Person, details: Details) -> None:
        added = add(app, agent, details)

        assert (added.usable_from, added.is_default) == (NOW + DAY, True)

    def test_is_not_the_first_after_one_that_was_removed(self, app: Session, agent: Person) -> None:
        first = add(app, agent, OwnPhone(people.BANK_ID))
        payout_accounts.remove(app, owner=Owner(user_id=agent.id), account_id=first.id, actor=SYSTEM, now=NOW)

        again = add(app, agent, OwnPhone(people.BANK_ID))

        assert again.usable_from == NOW + DAY

    def test_needs_a_proved_phone(self, app: Session) -> None:
        client = people.a_client(app, NOW, may_sign=False)

        with pytest.raises(PayoutPhoneNeeded):
            add(app, client, OwnPhone(people.BANK_ID))

    def test_is_nowhere_before_it_was_added(self, app: Session, agent: Person) -> None:
        assert payout_accounts.usable_default(app, owner_user_id=agent.id, now=NOW) is None


class TestAPersonsNextAccount:
    def test_is_a_phone_that_waits_a_day_and_pays_nobody_meanwhile(self, app: Session, agent: Person) -> None:
        add(app, agent, OwnPhone(people.BANK_ID))
        changed = add(app, agent, OwnPhone(OTHER_BANK), NOW + DAY)

        almost = payout_accounts.usable_default(
            app, owner_user_id=agent.id, now=NOW + 2 * DAY - timedelta(seconds=1)
        )
        then = payout_accounts.usable_default(app, owner_user_id=agent.id, now=NOW + 2 * DAY)

        assert almost is None
        assert then is not None
        assert (then.account_id, then.bank_id) == (changed.id, OTHER_BANK)

    def test_of_another_kind_leaves_the_default(self, app: Session, agent: Person) -> None:
        first = add(app, agent, OwnPhone(people.BANK_ID))

        for details in (OWN, CARD):
            assert not add(app, agent, details).is_default

        assert defaults(app, Owner(user_id=agent.id)) == [first.id]

    def test_is_no_copy_of_one_he_has(self, app: Session, agent: Person) -> None:
        details: tuple[Details | OwnPhone, ...] = (OwnPhone(people.BANK_ID), OWN, CARD)
        for each in details:
            add(app, agent, each)

        for each in details:
            with pytest.raises(PayoutAccountExists):
                add(app, agent, each)

    def test_is_one_of_twenty(self, app: Session, agent: Person) -> None:
        for number in range(rules.MOST):
            add(app, agent, OwnPhone(f"{100000000000 + number}"))

        with pytest.raises(TooManyPayoutAccounts):
            add(app, agent, OWN)

    def test_of_two_at_once_one_is_the_default_and_one_the_first(
        self, app: Session, agent: Person, database: TestDatabase
    ) -> None:
        app.commit()

        lines = at_once(
            database,
            2,
            lambda session, number: add(session, agent, OwnPhone([people.BANK_ID, OTHER_BANK][number])),
        )

        assert not any(isinstance(each, DomainError) for each in lines)
        assert {each.usable_from for each in lines if isinstance(each, AccountLine)} == {NOW, NOW + DAY}
        assert len(defaults(app, Owner(user_id=agent.id))) == 1


class TestABankAccount:
    @pytest.mark.parametrize("details", [COMPANYS, TRADERS])
    def test_of_a_company_or_a_trader_is_not_a_private_persons(
        self, app: Session, agent: Person, details: Details
    ) -> None:
        with pytest.raises(AccountOfSomebodyElse):
            add(app, agent, details)

    def test_of_a_trader_is_his_own(self, app: Session, agent: Person) -> None:
        profiles.update(
            app,
            actor=SYSTEM,
            user_id=agent.id,
            changes={"tax_status": TaxStatus.SOLE_TRADER},
            now=NOW,
        )
        app.flush()

        assert add(app, agent, TRADERS).details == TRADERS

    @pytest.mark.parametrize("details", [OWN, TRADERS, CARD, SbpPhone("+79160000001", people.BANK_ID)])
    def test_is_what_an_organization_is_paid_to_and_nothing_else(
        self, app: Session, agency: Agency, details: Details
    ) -> None:
        with pytest.raises(AccountOfSomebodyElse):
            add(app, agency, details)

    def test_is_in_a_bank_that_exists_once_the_directory_is_loaded(
        self, app: Session, agent: Person, owner: Connection
    ) -> None:
        owner.execute(text("INSERT INTO banks (bik, name, updated_at) VALUES ('044525974', 'Банк', now())"))
        owner.commit()

        with pytest.raises(BankUnknown):
            add(app, agent, OWN)

    def test_is_sealed_under_its_owners_key(self, app: Session, agent: Person) -> None:
        added = add(app, agent, OWN)

        kept = app.execute(
            text("SELECT details FROM payout_accounts WHERE id = :id"), {"id": added.id}
        ).scalar_one()
        assert OWN.account.encode() not in bytes(kept)
        assert json.dumps(OWN.account).encode() not in bytes(kept)
        assert reading.page_of(app, owner=Owner(user_id=agent.id), offset=0, limit=9) == ([added], 1)

    def test_pays_nobody_as_long_as_no_rail_goes_there(self, app: Session, agent: Person) -> None:
        add(app, agent, OWN)

        assert payout_accounts.usable_default(app, owner_user_id=agent.id, now=NOW + 9 * DAY) is None


class TestAnOrganizationsAccount:
    @pytest.fixture
    def plain_admin(self, app: Session, agency: Agency) -> Person:
        """Who may not sign."""
        person = people.a_client(app, NOW)
        organizations.add_member(app, agency.id, person.id, MemberRole.ADMIN, actor=SYSTEM, now=NOW)
        return person

    def test_is_confirmed_at_once_by_a_signer_and_usable_a_day_later(
        self, app: Session, agency: Agency
    ) -> None:
        added = add(app, agency, COMPANYS, by=agency.admin.id)

        assert (added.usable_from, added.is_default) == (NOW + DAY, True)

    def test_waits_for_a_signer(self, app: Session, agency: Agency, plain_admin: Person) -> None:
        added = add(app, agency, COMPANYS, by=plain_admin.id)
        assert (added.usable_from, added.is_default) == (None, False)
        with pytest.raises(PayoutAccountUnconfirmed):
            self._choose(app, agency, added)

        confirmed = self._confirm(app, agency, added, agency.admin)

        assert (confirmed.usable_from, confirmed.is_default) == (NOW + 2 * DAY, True)
        row = app.get_one(PayoutAccount, added.id)
        assert (row.created_by, row.confirmed_by) == (plain_admin.id, agency.admin.id)

    def test_is_confirmed_by_no_other_admin_and_once(
        self, app: Session, agency: Agency, plain_admin: Person
    ) -> None:
        added = add(app, agency, COMPANYS, by=plain_admin.id)

        with pytest.raises(CheckedSignerNeeded):
            self._confirm(app, agency, added, plain_admin)
        self._confirm(app, agency, added, agency.admin)
        with pytest.raises(PayoutAccountConfirmed):
            self._confirm(app, agency, added, agency.admin)

    def test_is_confirmed_by_no_signer_whose_power_has_expired(
        self, app: Session, agency: Agency, plain_admin: Person
    ) -> None:
        added = add(app, agency, COMPANYS, by=plain_admin.id)
        for row in app.scalars(
            select(OrganizationMember).where(OrganizationMember.member_role == MemberRole.SIGNER)
        ):
            row.basis_valid_until = NOW.date()
        app.flush()

        with pytest.raises(CheckedSignerNeeded):
            self._confirm(app, agency, added, agency.admin)

    def test_of_another_is_not_found(self, app: Session, agency: Agency) -> None:
        added = add(app, agency, COMPANYS, by=agency.admin.id)
        other = people.an_agency(app, NOW)

        with pytest.raises(PayoutAccountNotFound):
            self._confirm(app, other, added, other.admin)
        with pytest.raises(PayoutAccountNotFound):
            self._choose(app, other, added)
        with pytest.raises(PayoutAccountNotFound):
            payout_accounts.remove(
                app,
                owner=Owner(organization_id=other.id),
                account_id=added.id,
                actor=SYSTEM,
                now=NOW,
            )

    @staticmethod
    def _confirm(app: Session, agency: Agency, added: AccountLine, by: Person) -> AccountLine:
        return payout_accounts.confirm(
            app, organization_id=agency.id, account_id=added.id, actor=Actor(by.id), now=NOW + DAY
        )

    @staticmethod
    def _choose(app: Session, agency: Agency, added: AccountLine) -> AccountLine:
        return payout_accounts.make_default(
            app,
            owner=Owner(organization_id=agency.id),
            account_id=added.id,
            actor=SYSTEM,
            now=NOW,
        )


class TestChoosingADefault:
    def test_puts_it_in_the_place_of_the_former(self, app: Session, agent: Person) -> None:
        first, second = add(app, agent, OwnPhone(people.BANK_ID)), add(app, agent, OwnPhone(OTHER_BANK))
        owner = Owner(user_id=agent.id)
        assert defaults(app, owner) == [second.id]

        chosen = payout_accounts.make_default(
            app, owner=owner, account_id=first.id, actor=Actor(agent.id), now=NOW
        )

        assert (chosen.is_default, defaults(app, owner)) == (True, [first.id])
        line = app.scalars(select(AuditLog).where(AuditLog.action == "payout_account.made_default")).one()
        assert (line.actor_id, line.entity_id, line.before) == (
            agent.id,
            first.id,
            {"default_id": str(second.id)},
        )
        with pytest.raises(PayoutAccountIsDefault):
            payout_accounts.make_default(app, owner=owner, account_id=first.id, actor=SYSTEM, now=NOW)

    def test_of_two_at_once_leaves_one(self, app: Session, agent: Person, database: TestDatabase) -> None:
        accounts = [add(app, agent, OwnPhone(people.BANK_ID)), add(app, agent, OWN), add(app, agent, CARD)]
        app.commit()

        results = at_once(
            database,
            2,
            lambda session, number: payout_accounts.make_default(
                session,
                owner=Owner(user_id=agent.id),
                account_id=accounts[number + 1].id,
                actor=SYSTEM,
                now=NOW,
            ),
        )

        assert not any(isinstance(each, DomainError) for each in results)
        assert len(defaults(app, Owner(user_id=agent.id))) == 1


class TestRemovingAnAccount:
    def test_keeps_its_row_and_pays_nobody(self, app: Session, agent: Person) -> None:
        added = add(app, agent, OwnPhone(people.BANK_ID))

        self._remove(app, agent, added)

        assert payout_accounts.usable_default(app, owner_user_id=agent.id, now=NOW) is None
        assert app.get_one(PayoutAccount, added.id).removed_at == NOW
        assert reading.page_of(app, owner=Owner(user_id=agent.id), offset=0, limit=9) == ([], 0)

    def test_happens_once_and_to_ones_own(self, app: Session, agent: Person) -> None:
        added = add(app, agent, OwnPhone(people.BANK_ID))

        with pytest.raises(PayoutAccountNotFound):
            self._remove(app, people.an_agent(app, NOW), added)
        self._remove(app, agent, added)
        with pytest.raises(PayoutAccountNotFound):
            self._remove(app, agent, added)

    @pytest.mark.parametrize("status", ["reserved", "sending", "unknown"])
    def test_waits_for_money_on_its_way_there(
        self, app: Session, agent: Person, administrator: Connection, status: str
    ) -> None:
        added = add(app, agent, OwnPhone(people.BANK_ID))
        app.commit()
        # A payout hangs on a deal, a step and a split, of which nothing matters here.
        administrator.execute(text("SET session_replication_role = replica"))
        administrator.execute(
            text(
                "INSERT INTO payouts (id, deal_id, schedule_id, owner_user_id, amount_kopecks, status, attempt,"
                " account_id, tries, created_at)"
                " VALUES (:id, :id, :id, :owner, :kopecks, :status, 1, :account, 0, now())"
            ),
            {
                "id": new_id(),
                "owner": agent.id,
                "kopecks": Money(100_00).kopecks,
                "status": status,
                "account": added.id,
            },
        )
        administrator.commit()

        with pytest.raises(PayoutAccountInUse):
            self._remove(app, agent, added)
        administrator.execute(text("UPDATE payouts SET status = 'succeeded'"))
        administrator.commit()
        self._remove(app, agent, added)

    @staticmethod
    def _remove(app: Session, agent: Person, added: AccountLine) -> None:
        payout_accounts.remove(app, owner=Owner(user_id=agent.id), account_id=added.id, actor=SYSTEM, now=NOW)
