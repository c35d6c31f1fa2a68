import pytest

from functions.organizations.payout_accounts_remove.handler import app
from shared.audit.service import Actor
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.organizations import payout_accounts
from shared.organizations.payout_account_reading import AccountLine, Owner
from shared.organizations.payout_details import BankAccount
from tests.functions.conftest import Call
from tests.functions.organizations.conftest import Office


def added(office: Office, account: str) -> AccountLine:
    with transaction() as session:
        return payout_accounts.add(
            session,
            owner=Owner(organization_id=office.agency.id),
            details=BankAccount("044525225", account, "ООО «Дом и ключи»"),
            actor=Actor(office.agency.admin.id),
            now=utc_now(),
        )


@pytest.mark.usefixtures("no_queue")
class TestRemovingAnAccount:
    def test_happens_once(self, call: Call, office: Office) -> None:
        account = added(office, "40702810200000000001")

        replies = [
            call(app, as_=office.admin, organization_id=office.agency.id, account_id=account.id)
            for _ in range(2)
        ]

        assert [reply.status for reply in replies] == [204, 404]

    def test_of_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        account = added(office, "40702810200000000001")

        reply = call(app, as_=office.stranger, organization_id=office.agency.id, account_id=account.id)

        assert (reply.status, reply.code) == (404, "organization_not_found")
