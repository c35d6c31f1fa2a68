"""A self-employed agent contracts with a client herself: no agency, no VAT, the receipt goes to the client."""

import pytest

from infra.demo import alone
from infra.demo.outcome import Outcome
from infra.demo.world import World
from infra.dev import places
from tests.journeys.papers import read_paper
from tests.stack import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def told(stack: RunningStack, shared_world: World) -> Outcome:
    with places.locked(stack.folder / "journeys.lock"):
        return alone.run(shared_world)


class TestMoney:
    def test_is_the_agent_s_less_the_platform_s_fee(self, told: Outcome) -> None:
        assert told.splits == {"vat": 0, "platform": 6_000_00, "agency": 0, "agent": 294_000_00}
        assert {each["line"] for each in told.payment["splits"]} == {"platform", "agent"}

    def test_reaches_the_agent_once(self, told: Outcome, shared_world: World) -> None:
        digits = told.agent.phone.removeprefix("+")
        paid_out = [
            each for each in shared_world.bank.payouts() if each["payout_destination"]["phone"] == digits
        ]

        assert [(each["owner"], each["amount_kopecks"], each["status"]) for each in told.payouts] == [
            ("agent", 294_000_00, "succeeded")
        ]
        assert [(each["status"], each["amount"]["value"]) for each in paid_out] == [
            ("succeeded", "294000.00")
        ]

    def test_leaves_balanced_and_covered_books(self, told: Outcome) -> None:
        assert told.ledger["debits_kopecks"] == told.ledger["credits_kopecks"] > 0
        assert told.ledger["cover_ok"]


class TestReceipt:
    def test_is_for_the_full_price_paid_by_a_person(self, told: Outcome, shared_world: World) -> None:
        (registered,) = shared_world.tax_office.receipts(told.agent.inn)

        assert registered["total_kopecks"] == told.receipt["amount_kopecks"] == 300_000_00
        assert registered["income_type"] == "FROM_INDIVIDUAL"
        assert registered["customer_inn"] is None
        assert told.receipt["payer"]["kind"] == "client"

    def test_reaches_the_client_and_nobody_else(self, told: Outcome, shared_world: World) -> None:
        link = str(told.receipt["link"])

        assert told.receipt["status"] == "delivered"
        assert [each["to"] for each in shared_world.letters.all() if link in (each["text"] or "")] == [
            told.client.email
        ]

    def test_is_seen_by_the_client_too(self, told: Outcome) -> None:
        (seen,) = told.client.read(f"/receipts?deal_id={told.deal['id']}").require(200).items

        assert seen["link"] == told.receipt["link"]


class TestContract:
    def test_is_between_the_client_and_the_agent_without_vat(self, told: Outcome) -> None:
        paper = read_paper(told.contract.path)

        for words in (told.client.name, told.agent.name, told.agent.inn, told.contract.view["number"]):
            assert words in paper.text
        assert "Налог на профессиональный доход" in paper.text
        assert "НДС 22 %" not in paper.text
        assert paper.attachments == {"signed.pdf": told.contract.view["sha256"]}

    def test_ends_with_its_signature_sheet(self, told: Outcome) -> None:
        sheet = read_paper(told.contract.path).pages[-1]

        assert "Лист подписей" in sheet
        for name in (told.client.name, told.agent.name):
            assert name in sheet
