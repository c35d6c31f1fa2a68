from functions.deals.timeline.handler import app
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.payouts import release
from tests.functions.conftest import Call
from tests.shared.disputes.claims import WORDS, open_dispute
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, sign_in


def a_story() -> Cast:
    cast = a_cast()
    pay_step(FakeCollector(), cast)
    release.release_due(Transactions(), now=utc_now())
    open_dispute(cast)
    return cast


class TestTimeline:
    def test_tells_what_happened_newest_first_and_by_whom(self, call: Call, database: object) -> None:
        cast = a_story()

        reply = call(app, as_=sign_in(cast.client_id, Role.CLIENT), deal_id=cast.deal_id)

        told = [(each["what"], each["by"]) for each in reply.json["items"]]
        assert told[:3] == [
            ("dispute.opened", "client"),
            ("deal.dispute", "client"),
            ("step.released", "service"),
        ]
        assert ("payment.recorded", "service") in told
        assert reply.json["items"][2]["facts"]["amount_kopecks"] == 30_000_000

    def test_is_the_same_for_both_sides_and_tells_nothing_of_owners_or_people(
        self, call: Call, database: object
    ) -> None:
        cast = a_story()

        replies = [
            call(app, as_=sign_in(person, role), deal_id=cast.deal_id)
            for person, role in ((cast.client_id, Role.CLIENT), (cast.agent_id, Role.AGENT))
        ]

        assert replies[0].json == replies[1].json
        for hidden in (WORDS, "payout", "split", str(cast.client_id), str(cast.agent_id)):
            assert hidden not in replies[0].text

    def test_goes_on_from_its_cursor_without_a_gap(self, call: Call, database: object) -> None:
        cast = a_story()
        client = sign_in(cast.client_id, Role.CLIENT)
        whole = call(app, as_=client, deal_id=cast.deal_id).json["items"]

        pieces: list[object] = []
        cursor = None
        while cursor is not None or not pieces:
            query = {"limit": "2"} | ({} if cursor is None else {"cursor": cursor})
            page = call(app, as_=client, deal_id=cast.deal_id, query=query).json
            pieces += page["items"]
            cursor = page["next_cursor"]

        assert pieces == whole

    def test_of_a_foreign_deal_is_of_none(self, call: Call, database: object) -> None:
        stranger = sign_in(a_cast().client_id, Role.CLIENT)

        assert call(app, as_=stranger, deal_id=a_cast().deal_id).status == 404
