import pytest

from functions.organizations.payout_accounts_default.handler import app
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
class TestChoosingADefault:
    def test_puts_another_in_the_place_of_the_first(self, call: Call, office: Office) -> None:
        first, second = added(office, "40702810200000000001"), added(office, "40702810500000000002")

        replies = [
            call(app, as_=office.admin, organization_id=office.agency.id, account_id=second.id)
            for _ in range(2)
        ]

        assert (first.is_default, second.is_default) == (True, False)
        assert (replies[0].status, replies[0].json["is_default"]) == (200, True)
        assert (replies[1].status, replies[1].code) == (409, "payout_account_is_default")

    def test_of_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        account = added(office, "40702810200000000001")

        reply = call(app, as_=office.stranger, organization_id=office.agency.id, account_id=account.id)

        assert (reply.status, reply.code) == (404, "organization_not_found")
