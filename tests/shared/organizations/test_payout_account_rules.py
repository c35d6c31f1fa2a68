import json

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM, Actor
from shared.organizations import payout_account_reading as reading
from shared.organizations import payout_accounts
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole, OrganizationMember
from shared.organizations.payout_account_errors import (
    AccountOfSomebodyElse,
    BankUnknown,
    CheckedSignerNeeded,
    PayoutAccountConfirmed,
    PayoutAccountNotFound,
    PayoutAccountUnconfirmed,
)
from shared.organizations.payout_account_models import PayoutAccount
from shared.organizations.payout_account_reading import AccountLine, Owner
from shared.organizations.payout_details import Details, SbpPhone
from shared.users import profiles
from shared.users.models import TaxStatus
from tests.builders import people
from tests.builders.people import Agency, Person
from tests.shared.organizations.accounts import (
    CARD,
    COMPANYS,
    DAY,
    NOW,
    OWN,
    TRADERS,
    add,
)


@pytest.fixture
def agent(app: Session) -> Person:
    return people.an_agent(app, NOW, payable=False)


@pytest.fixture
def agency(app: Session) -> Agency:
    """Its admin is its checked signer."""
    return people.an_agency(app, NOW)


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
