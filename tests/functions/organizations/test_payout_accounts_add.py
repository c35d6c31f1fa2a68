import pytest

from functions.organizations.payout_accounts_add.handler import app
from functions.organizations.payout_accounts_list.handler import app as list_accounts
from shared.auth.step_up_models import StepUpAction
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
from tests.functions.organizations.conftest import Office

ACCOUNT = {
    "kind": "bank_account",
    "bik": "044525225",
    "account": "40702810200000000001",
    "holder": "ООО «Дом и ключи»",
}


def add(call: Call, office: Office, who: Signed, body: dict[str, str]) -> Answer:
    path = f"/organizations/{office.agency.id}/payout-accounts"
    headers = confirmed(who, StepUpAction.ORGANIZATION_PAYOUT_ACCOUNT_ADD, path, body)
    return call(app, as_=who, organization_id=office.agency.id, body=body, headers=headers)


@pytest.mark.usefixtures("no_queue")
class TestAddingAnAccount:
    def test_by_its_signer_counts_after_a_day(self, call: Call, office: Office) -> None:
        reply = add(call, office, office.admin, ACCOUNT)

        assert reply.status == 201, reply.text
        assert reply.json["usable_from"] > reply.json["created_at"]
        assert reply.json["is_default"] is True
        listed = call(list_accounts, as_=office.admin, organization_id=office.agency.id)
        assert listed.json["items"] == [reply.json]

    def test_needs_a_code_to_the_phone(self, call: Call, office: Office) -> None:
        reply = call(app, as_=office.admin, organization_id=office.agency.id, body=ACCOUNT)

        assert (reply.status, reply.code) == (403, "step_up_needed")

    @pytest.mark.parametrize(
        "body",
        [
            {"kind": "sbp_phone", "bank_id": "100000000111"},
            {"kind": "card", "token": "pt-2f1d7c9a-000f-5000-8000", "last4": "4444"},
            {**ACCOUNT, "account": "40817810700000000001"},
        ],
    )
    def test_takes_no_persons_account(self, call: Call, office: Office, body: dict[str, str]) -> None:
        reply = add(call, office, office.admin, body)

        assert (reply.status, reply.code) == (422, "payout_account_kind_refused")

    def test_of_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        assert add(call, office, office.stranger, ACCOUNT).code == "organization_not_found"
