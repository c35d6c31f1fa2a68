import pytest

from functions.organizations.payout_accounts_confirm.handler import app
from shared.audit.service import SYSTEM, Actor
from shared.auth.step_up_models import StepUpAction
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.organizations import payout_accounts
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole
from shared.organizations.payout_account_reading import Owner
from shared.organizations.payout_details import BankAccount
from shared.users import consents
from shared.users.consent_kinds import required
from tests.builders import people
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
from tests.functions.organizations.conftest import Office


@pytest.fixture
def plain_admin(office: Office) -> Signed:
    """Who may not sign."""
    now = utc_now()
    with transaction() as session:
        person = people.a_client(session, now)
        organizations.add_member(
            session, office.agency.id, person.id, MemberRole.ADMIN, actor=SYSTEM, now=now
        )
        consents.give(session, user_id=person.id, kinds=required(Role.AGENCY_ADMIN), now=now, **people.PEER)
        return people.sign_in(session, person, Role.AGENCY_ADMIN, now)


@pytest.fixture
def account_id(office: Office, plain_admin: Signed) -> str:
    with transaction() as session:
        added = payout_accounts.add(
            session,
            owner=Owner(organization_id=office.agency.id),
            details=BankAccount("044525225", "40702810200000000001", "ООО «Дом и ключи»"),
            actor=Actor(plain_admin.user_id),
            now=utc_now(),
        )
    assert added.usable_from is None
    return str(added.id)


def confirm(call: Call, office: Office, who: Signed, account_id: str) -> Answer:
    path = f"/organizations/{office.agency.id}/payout-accounts/{account_id}/confirm"
    headers = confirmed(who, StepUpAction.ORGANIZATION_PAYOUT_ACCOUNT_CONFIRM, path)
    return call(app, as_=who, organization_id=office.agency.id, account_id=account_id, headers=headers)


@pytest.mark.usefixtures("no_queue")
class TestConfirmingAnAccount:
    def test_by_a_checked_signer_makes_it_count(self, call: Call, office: Office, account_id: str) -> None:
        replies = [confirm(call, office, office.admin, account_id) for _ in range(2)]

        assert [reply.status for reply in replies] == [200, 409]
        assert replies[0].json["usable_from"] is not None
        assert replies[0].json["is_default"] is True

    def test_by_another_admin_is_refused(
        self, call: Call, office: Office, plain_admin: Signed, account_id: str
    ) -> None:
        reply = confirm(call, office, plain_admin, account_id)

        assert (reply.status, reply.code) == (403, "checked_signer_needed")

    def test_needs_a_code_to_the_phone(self, call: Call, office: Office, account_id: str) -> None:
        reply = call(app, as_=office.admin, organization_id=office.agency.id, account_id=account_id)

        assert (reply.status, reply.code) == (403, "step_up_needed")

    def test_of_another_organization_is_not_found(self, call: Call, office: Office, account_id: str) -> None:
        assert confirm(call, office, office.stranger, account_id).status == 404
