from datetime import timedelta

from functions.operator.tasks_list.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.tasks import service as tasks
from tests.functions.conftest import Call, Signed


def ask(kind: str, *, hours_ago: int, reason: str = "because") -> None:
    with transaction() as session:
        then = utc_now() - timedelta(hours=hours_ago)
        tasks.open_task(session, kind, entity=("payout", new_id()), reason=reason, now=then)


class TestListingTasks:
    def test_shows_what_waits_oldest_first(self, call: Call, operator: Signed) -> None:
        ask("payout_held", hours_ago=1)
        ask("payment_lost", hours_ago=5)

        reply = call(app, as_=operator)

        assert reply.status == 200
        assert [each["kind"] for each in reply.json["items"]] == ["payment_lost", "payout_held"]
        assert reply.json["items"][0]["age_seconds"] >= 5 * 3600

    def test_goes_on_where_the_last_page_ended(self, call: Call, operator: Signed) -> None:
        for hours in (3, 2, 1):
            ask(f"kind_{'abc'[hours - 1]}", hours_ago=hours)

        first = call(app, as_=operator, query={"limit": "2"}).json
        second = call(app, as_=operator, query={"limit": "2", "cursor": first["next_cursor"]}).json

        assert [each["kind"] for each in first["items"] + second["items"]] == ["kind_c", "kind_b", "kind_a"]
        assert second["next_cursor"] is None

    def test_can_be_of_one_kind(self, call: Call, operator: Signed) -> None:
        ask("payout_held", hours_ago=1)
        ask("payment_lost", hours_ago=1)

        (task,) = call(app, as_=operator, query={"kind": "payout_held"}).json["items"]

        assert task["kind"] == "payout_held"

    def test_leaves_out_what_was_done(self, call: Call, operator: Signed) -> None:
        entity_id = new_id()
        with transaction() as session:
            tasks.open_task(session, "k", entity=("payout", entity_id), reason="r", now=utc_now())
            tasks.close_tasks(session, entity_id, now=utc_now())

        assert call(app, as_=operator).json["items"] == []
