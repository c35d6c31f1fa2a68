"""A client sells a flat with an agency on VAT; a self-employed agent does the work for 70 % of the base."""

import pytest

from infra.demo import agency
from infra.demo.outcome import Outcome
from infra.demo.world import World
from infra.dev import places
from infra.seed import AGENCY_INN
from tests.journeys.papers import read_paper
from tests.stack import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def told(stack: RunningStack, shared_world: World) -> Outcome:
    with places.locked(stack.folder / "journeys.lock"):
        return agency.run(shared_world)


class TestMoney:
    def test_is_split_to_the_kopeck(self, told: Outcome) -> None:
        assert told.splits == {
            "vat": 54_098_36,
            "platform": 6_000_00,
            "agency": 71_970_49,
            "agent": 167_931_15,
        }
        assert sum(told.splits.values()) == told.payment["amount_kopecks"] == 300_000_00

    def test_belongs_to_the_agency_with_its_vat(self, told: Outcome) -> None:
        owners = {each["line"]: each["owner"] for each in told.payment["splits"]}

        assert owners == {"vat": "agency", "platform": "platform", "agency": "agency", "agent": "agent"}

    def test_is_posted_by_the_release(self, told: Outcome) -> None:
        (step,) = told.deal["plan"]

        assert {each["status"] for each in told.payment["splits"]} == {"posted"}
        assert step["status"] == "released"
        assert told.deal["status"] == "in_progress"

    def test_leaves_balanced_and_covered_books(self, told: Outcome) -> None:
        assert told.ledger["debits_kopecks"] == told.ledger["credits_kopecks"] > 0
        assert told.ledger["cover_ok"]

    def test_reaches_the_agent_while_the_agency_s_waits_for_a_rail(self, told: Outcome) -> None:
        seen = {each["owner"]: (each["amount_kopecks"], each["status"]) for each in told.payouts}

        assert len(told.payouts) == 2
        # The refund of 9 000 ₽ took its part (3 782,07 ₽) out of what the agency is still owed.
        assert seen == {"agent": (167_931_15, "succeeded"), "agency": (122_286_78, "planned")}

    def test_moved_once_at_the_bank(self, told: Outcome, shared_world: World) -> None:
        digits = told.agent.phone.removeprefix("+")
        paid = [
            each
            for each in shared_world.bank.payments()
            if each["metadata"].get("intent_id") == told.intent["id"]
        ]
        paid_out = [
            each for each in shared_world.bank.payouts() if each["payout_destination"]["phone"] == digits
        ]

        assert [(each["status"], each["amount"]["value"]) for each in paid] == [("succeeded", "300000.00")]
        assert [(each["status"], each["amount"]["value"]) for each in paid_out] == [
            ("succeeded", "167931.15")
        ]

    def test_is_not_explained_to_the_client(self, told: Outcome) -> None:
        seen = told.client.read(f"/payments/{told.payment['id']}").require(200).json

        assert seen["amount_kopecks"] == 300_000_00
        assert seen["splits"] == []
        assert told.client.read(f"/payouts?deal_id={told.deal['id']}").status == 403


class TestReceipt:
    def test_names_the_agency_as_payer(self, told: Outcome, shared_world: World) -> None:
        (registered,) = shared_world.tax_office.receipts(told.agent.inn)

        assert registered["customer_inn"] == AGENCY_INN
        assert registered["income_type"] == "FROM_LEGAL_ENTITY"
        assert registered["total_kopecks"] == told.receipt["amount_kopecks"] == 167_931_15
        assert registered["operation_id"] == told.receipt["id"]
        assert told.receipt["payer"] == {"kind": "agency", "name": "ООО «Дом и ключи»"}

    def test_reaches_the_agency_and_nobody_else(self, told: Outcome, shared_world: World) -> None:
        link = str(told.receipt["link"])

        assert told.receipt["status"] == "delivered"
        assert [each["to"] for each in shared_world.letters.all() if link in (each["text"] or "")] == [
            shared_world.admin.email
        ]
        assert not any(link in each["text"] for each in shared_world.phones.messages(told.client.phone))

    def test_can_be_opened_by_its_link(self, told: Outcome) -> None:
        page = told.open_receipt()

        assert AGENCY_INN in page
        assert "167 931,15" in page.replace("\u00a0", " ")


class TestContract:
    def test_is_one_that_people_can_sign(self, told: Outcome) -> None:
        paper = read_paper(told.contract.path)

        assert told.admin is not None
        for words in (told.client.name, told.admin.name, told.contract.view["number"]):
            assert words in paper.text
        assert "300 000 (триста тысяч) рублей 00 копеек" in paper.text
        assert "54 098 (пятьдесят четыре тысячи девяносто восемь) рублей 36 копеек" in paper.text
        assert "12 500 000" in paper.text

    def test_carries_the_very_file_that_was_signed(self, told: Outcome) -> None:
        assert read_paper(told.contract.path).attachments == {"signed.pdf": told.contract.view["sha256"]}

    def test_ends_with_its_signature_sheet(self, told: Outcome) -> None:
        sheet = read_paper(told.contract.path).pages[-1]

        assert told.admin is not None
        assert "Лист подписей" in sheet
        assert told.contract.view["sha256"] in sheet.replace(" ", "")
        for name in (told.client.name, told.admin.name):
            assert name in sheet

    def test_was_signed_by_codes_that_name_it(self, told: Outcome, shared_world: World) -> None:
        texts = [each["text"] for each in shared_world.phones.messages(told.client.phone)]

        assert any("подпись" in text and told.contract.view["number"] in text for text in texts)

    def test_follows_a_subcontract_between_agency_and_agent(self, told: Outcome) -> None:
        assert told.subcontract is not None
        paper = read_paper(told.subcontract.path)

        assert told.agent.name in paper.text
        assert "70 %" in paper.text
        assert paper.attachments == {"signed.pdf": told.subcontract.view["sha256"]}
        assert [each["status"] for each in told.subcontract.view["signers"]] == ["signed", "signed"]
