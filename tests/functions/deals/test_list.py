import pytest
from sqlalchemy.orm import Session

from functions.deals.list.handler import app as list_deals
from shared.kernel.clock import moscow_date, utc_now
from tests.builders.deals import a_deal
from tests.functions.conftest import Call
from tests.functions.deals.conftest import People


@pytest.fixture
def three(app: Session, people: People) -> list[str]:
    """Numbers of three deals, the oldest first."""
    crew = people.crew
    numbers = [
        a_deal(app, utc_now(), agent=crew.agent, client=people.client, agency=crew.agency).number
        for _ in range(3)
    ]
    app.commit()
    return numbers


class TestListDeals:
    def test_shows_the_newest_first_by_pages(self, call: Call, people: People, three: list[str]) -> None:
        first = call(list_deals, as_=people.agent, query={"size": "2"}).json
        second = call(list_deals, as_=people.agent, query={"size": "2", "page": "2"}).json

        assert [deal["number"] for deal in first["items"] + second["items"]] == three[::-1]
        assert (first["total"], first["page"], second["page"]) == (3, 1, 2)

    def test_shows_nobody_elses(self, call: Call, people: People, three: list[str]) -> None:
        assert len(call(list_deals, as_=people.admin).json["items"]) == len(three)
        assert call(list_deals, as_=people.stranger).json["items"] == []
        assert call(list_deals, as_=people.as_client).json["total"] == 0

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"status": "draft"}, 3),
            ({"status": "signed"}, 0),
            ({"type": "secondary_sell"}, 3),
            ({"text": "%"}, 0),
            ({"created_from": "2099-01-01"}, 0),
            ({"created_to": "2000-01-01"}, 0),
        ],
    )
    def test_filters(
        self, call: Call, people: People, three: list[str], query: dict[str, str], found: int
    ) -> None:
        assert len(three) == 3
        assert call(list_deals, as_=people.agent, query=query).json["total"] == found

    def test_today_counts_whole_in_moscow(self, call: Call, people: People, three: list[str]) -> None:
        today = moscow_date(utc_now()).isoformat()

        found = call(list_deals, as_=people.agent, query={"created_from": today, "created_to": today}).json

        assert found["total"] == len(three)

    def test_finds_by_a_part_of_the_number(self, call: Call, people: People, three: list[str]) -> None:
        found = call(list_deals, as_=people.agent, query={"text": three[1]}).json

        assert [deal["number"] for deal in found["items"]] == [three[1]]

    @pytest.mark.parametrize("query", [{"size": "101"}, {"page": "0"}, {"sort": "price"}, {"status": "x"}])
    def test_refuses_what_it_does_not_know(self, call: Call, people: People, query: dict[str, str]) -> None:
        assert call(list_deals, as_=people.agent, query=query).status == 422
