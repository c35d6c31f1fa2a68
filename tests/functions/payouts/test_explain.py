from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from functions.payouts.explain.handler import app
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payouts.models import Payout
from shared.payouts.sending import Sender
from shared.receipts import income
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakePayer, succeeded
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast, sign_in
from tests.shared.refunds.asking import THIRD, WHOLE, ask, own_funds, run
from tests.shared.refunds.fakes import FakeRefunder
from tests.shared.refunds.next_deal import another_of


@pytest.fixture
def cast(database: object) -> Cast:
    cast = a_cast()
    pay_and_release(cast)
    fund_payouts(Money(167_931_15))
    Sender(Transactions(), FakePayer(plan=succeeded), (), income.of_payout, utc_now()).send_due()
    return cast


def payout_id(owner_id: UUID) -> UUID:
    with Transactions()() as session:
        return session.scalars(select(Payout.id).where(Payout.owner_user_id == owner_id)).one()


class TestExplainPayout:
    def test_one_call_goes_from_the_signed_terms_to_the_postings(self, call: Call, cast: Cast) -> None:
        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), payout_id=payout_id(cast.agent_id))

        chain = reply.json["chain"]
        assert (reply.status, reply.json["amount_kopecks"]) == (200, 167_931_15)
        assert chain["terms"]["intact"] is True
        assert chain["intent"]["amount_kopecks"] == chain["payment"]["amount_kopecks"] == 300_000_00
        assert chain["event"]["key"] == f"payment.succeeded:{chain['payment']['provider_payment_id']}"
        assert [posting["kind"] for posting in chain["postings"]] == [
            "payment_received",
            "provider_charge",
            "charge_covered",
            "step_released",
            "payout_reserved",
            "payout_succeeded",
        ]
        assert {
            posting["terms_sha256"]
            for posting in chain["postings"]
            if posting["kind"] in {"payment_received", "step_released"}
        } == {chain["terms"]["sha256"]}

    def test_the_split_is_the_rule_of_the_signed_terms_and_the_items_sum_up(
        self, call: Call, cast: Cast
    ) -> None:
        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), payout_id=payout_id(cast.agent_id))

        splits = reply.json["chain"]["splits"]
        assert reply.json["chain"]["recomputed"] is True
        assert [(one["line"], one["bps"]) for one in splits] == [
            ("vat", None),
            ("platform", None),
            ("agency", 3_000),
            ("agent", 7_000),
        ]
        assert sum(one["amount_kopecks"] for one in splits) == 300_000_00
        (item,) = reply.json["items"]
        assert item == {"split_id": splits[3]["id"], "amount_kopecks": 167_931_15}

    def test_a_split_that_is_not_the_rules_is_told(self, call: Call, cast: Cast) -> None:
        with Transactions()() as session:
            session.execute(text("UPDATE deal_terms SET platform_fee_bps = platform_fee_bps + 1"))

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), payout_id=payout_id(cast.agent_id))

        assert reply.json["chain"]["recomputed"] is False

    def test_terms_that_were_changed_behind_their_hash_are_told(self, call: Call, cast: Cast) -> None:
        with Transactions()() as session:
            session.execute(text("UPDATE deal_terms SET canonical = canonical || ' '"))

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), payout_id=payout_id(cast.agent_id))

        assert reply.json["chain"]["terms"]["intact"] is False

    def test_owners_are_words_and_nobodys_id_is_told(self, call: Call, cast: Cast) -> None:
        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), payout_id=payout_id(cast.agent_id))

        assert str(cast.organization_id) not in reply.text
        (reserved,) = [
            posting for posting in reply.json["chain"]["postings"] if posting["kind"] == "payout_reserved"
        ]
        assert [(entry["account"], entry["owner"]) for entry in reserved["entries"]] == [
            ("payable", "agent"),
            ("payout_in_transit", None),
        ]

    def test_what_went_to_a_debt_is_told(self, call: Call, cast: Cast) -> None:
        own_funds(WHOLE)
        ask(cast, Money(100_000_00))
        run(FakeRefunder())
        again = another_of(cast, WHOLE)
        pay_and_release(again)
        fund_payouts(WHOLE)
        later = utc_now() + timedelta(minutes=5)
        Sender(Transactions(), FakePayer(plan=succeeded), (), income.of_payout, later).send_due()
        with Transactions()() as session:
            second = session.scalars(
                select(Payout.id).where(Payout.deal_id == again.deal_id, Payout.owner_user_id.is_not(None))
            ).one()

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), payout_id=second)

        (item,), (set_off,) = reply.json["items"], reply.json["set_offs"]
        assert set_off["amount_kopecks"] == THIRD.kopecks
        assert item["amount_kopecks"] - set_off["amount_kopecks"] == reply.json["amount_kopecks"]
        assert "set_off" in [posting["kind"] for posting in reply.json["chain"]["postings"]]

    def test_is_not_there_for_others(self, call: Call, cast: Cast) -> None:
        stranger = sign_in(a_cast().agent_id, Role.AGENT)

        assert call(app, as_=stranger, payout_id=payout_id(cast.agent_id)).code == "payout_not_found"
        assert call(app, as_=stranger, payout_id=uuid4()).status == 404
