from uuid import UUID, uuid4

import pytest

from functions.payments.refunds_explain.handler import app
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payouts.sending import Sender
from shared.receipts import income
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakePayer, succeeded
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast, sign_in
from tests.shared.refunds.asking import AGENT, THIRD, WHOLE, ask, own_funds, run
from tests.shared.refunds.fakes import FakeRefunder


@pytest.fixture
def refunded(database: object) -> tuple[Cast, UUID]:
    """A third of a step goes back after the agent was paid out and before the agency was."""
    cast = a_cast()
    pay_and_release(cast)
    own_funds(WHOLE)
    fund_payouts(AGENT)
    Sender(Transactions(), FakePayer(plan=succeeded), (), income.of_payout, utc_now()).send_due()
    refund = ask(cast, Money(100_000_00))
    run(FakeRefunder())
    return cast, refund.id


class TestExplainRefund:
    def test_tells_whose_kopecks_go_back_and_out_of_what(
        self, call: Call, refunded: tuple[Cast, UUID]
    ) -> None:
        cast, refund_id = refunded

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), refund_id=refund_id)

        parts = {part["line"]: part for part in reply.json["parts"]}
        assert (reply.status, reply.json["status"]) == (200, "succeeded")
        assert sum(part["amount_kopecks"] for part in parts.values()) == 100_000_00
        assert parts["agent"]["as_receivable_kopecks"] == THIRD.kopecks
        assert parts["agency"]["from_payable_kopecks"] == parts["agency"]["amount_kopecks"] > 0
        assert (
            parts["platform"]["fee_net_kopecks"] + parts["platform"]["fee_vat_kopecks"]
            == parts["platform"]["amount_kopecks"]
        )

    def test_leads_from_the_postings_back_to_the_signed_terms(
        self, call: Call, refunded: tuple[Cast, UUID]
    ) -> None:
        cast, refund_id = refunded

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), refund_id=refund_id)

        chain = reply.json["chain"]
        assert chain["terms"]["intact"] is True
        assert [posting["kind"] for posting in chain["postings"]][-3:] == [
            "refund_accepted",
            "refund_funded",
            "refund_succeeded",
        ]
        (accepted,) = [posting for posting in chain["postings"] if posting["kind"] == "refund_accepted"]
        assert accepted["terms_sha256"] == chain["terms"]["sha256"]
        assert sum(
            entry["amount_kopecks"] for entry in accepted["entries"] if entry["side"] == "debit"
        ) == sum(part["amount_kopecks"] for part in reply.json["parts"])
        assert chain["event"]["key"].startswith("payment.succeeded:")

    def test_is_not_there_for_others_and_closed_to_the_client(
        self, call: Call, refunded: tuple[Cast, UUID]
    ) -> None:
        cast, refund_id = refunded
        stranger = sign_in(a_cast().agent_id, Role.AGENT)

        assert call(app, as_=stranger, refund_id=refund_id).code == "refund_not_found"
        assert call(app, as_=stranger, refund_id=uuid4()).status == 404
        assert call(app, as_=sign_in(cast.client_id, Role.CLIENT), refund_id=refund_id).status == 403
