from uuid import UUID

import pytest

from functions.organizations.payout_accounts_default.handler import app
from shared.audit.service import Actor
from shared.auth.step_up_models import StepUpAction
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.organizations import payout_accounts
from shared.organizations.payout_account_reading import AccountLine, Owner
from shared.organizations.payout_details import BankAccount
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
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


def choose(call: Call, office: Office, who: Signed, account_id: UUID) -> Answer:
    path = f"/organizations/{office.agency.id}/payout-accounts/{account_id}/default"
    headers = confirmed(who, StepUpAction.ORGANIZATION_PAYOUT_ACCOUNT_CHOOSE, path)
    return call(app, as_=who, organization_id=office.agency.id, account_id=account_id, headers=headers)


@pytest.mark.usefixtures("no_queue")
class TestChoosingADefault:
    def test_puts_another_in_the_place_of_the_first(self, call: Call, office: Office) -> None:
        first, second = added(office, "40702810200000000001"), added(office, "40702810500000000002")

        replies = [choose(call, office, office.admin, second.id) for _ in range(2)]

        assert (first.is_default, second.is_default) == (True, False)
        assert (replies[0].status, replies[0].json["is_default"]) == (200, True)
        assert (replies[1].status, replies[1].code) == (409, "payout_account_is_default")

    def test_of_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        account = added(office, "40702810200000000001")

        reply = choose(call, office, office.stranger, account.id)

        assert (reply.status, reply.code) == (404, "organization_not_found")
