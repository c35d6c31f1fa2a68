from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from functions.deals.create.handler import app as create
from shared.deals.models import Deal, DealParty
from tests.functions.conftest import Call
from tests.functions.deals.conftest import People, a_request

PASSPORT = {
    "series": "4512",
    "number": "123456",
    "issued_on": "2015-04-20",
    "issued_by": "ОВД района Тверской г. Москвы",
    "department_code": "770-053",
}


def a_client(*, passport: dict[str, str]) -> dict[str, Any]:
    return {
        "client": {
            "name": "Соколова Анна",
            "phone": "+79161234567",
            "passport": {**PASSPORT, **passport},
        }
    }


class TestCreateDeal:
    def test_opens_a_draft_for_the_calling_agent(self, call: Call, people: People) -> None:
        reply = call(create, as_=people.agent, body=a_request(people))

        assert reply.status == 201
        assert reply.headers["ETag"] == '"1"'
        deal = reply.json
        assert (deal["status"], deal["commission_kopecks"], deal["vat_bps"]) == ("draft", 30_000_000, 2_200)
        assert [party["role"] for party in deal["parties"]] == ["client", "executor"]

    def test_keeps_nothing_personal_in_plain(self, call: Call, people: People, app: Session) -> None:
        call(create, as_=people.agent, body=a_request(people))

        row = app.execute(select(DealParty.__table__).where(DealParty.role == "client")).one()
        assert "Соколова".encode() not in b"".join(v for v in row if isinstance(v, bytes))
        assert all("Соколова" not in v for v in row if isinstance(v, str))

    @pytest.mark.parametrize("advance", [{"bps": 2_500}, {"fixed_kopecks": 7_500_000}])
    def test_puts_the_advance_first(self, call: Call, people: People, advance: dict[str, int]) -> None:
        rest = {"amount_kopecks": 22_500_000, "trigger": "immediate", "release_rule": "immediate"}
        body = a_request(people, advance={**advance, "release_rule": "immediate"}, plan=[rest])

        deal = call(create, as_=people.agent, body=body).json

        assert deal["advance"] == {
            "fixed_kopecks": advance.get("fixed_kopecks"),
            "bps": advance.get("bps"),
            "amount_kopecks": 7_500_000,
        }
        assert [(one["step_no"], one["is_advance"], one["amount_kopecks"]) for one in deal["plan"]] == [
            (1, True, 7_500_000),
            (2, False, 22_500_000),
        ]
        assert deal["plan"][0]["trigger"] == "immediate"

    def test_without_an_advance_says_so(self, call: Call, people: People) -> None:
        deal = call(create, as_=people.agent, body=a_request(people)).json

        assert deal["advance"] is None
        assert [one["is_advance"] for one in deal["plan"]] == [False]

    @pytest.mark.parametrize(
        ("advance", "code"),
        [
            ({"bps": 2_500, "fixed_kopecks": 1_00, "release_rule": "immediate"}, "invalid_fields"),
            ({"release_rule": "immediate"}, "invalid_fields"),
            ({"bps": 10_000, "release_rule": "immediate"}, "invalid_fields"),
            ({"bps": 2_500}, "invalid_fields"),
            ({"bps": 2_500, "release_rule": "immediate"}, "plan_does_not_sum"),
        ],
    )
    def test_an_advance_is_one_sum_within_the_commission(
        self, call: Call, people: People, advance: dict[str, object], code: str
    ) -> None:
        reply = call(create, as_=people.agent, body=a_request(people, advance=advance))

        assert (reply.status, reply.code) == (422, code)

    def test_an_advance_that_cannot_be_paid_is_refused(self, call: Call, people: People) -> None:
        body = a_request(
            people,
            price_kopecks=100_000,
            commission={"fixed_kopecks": 0, "bps": 1_000},
            advance={"bps": 50, "release_rule": "immediate"},
        )

        assert call(create, as_=people.agent, body=body).code == "advance_too_small"

    @pytest.mark.parametrize("who", ["as_client", "admin"])
    def test_is_closed_to_others_than_agents(self, call: Call, people: People, who: str) -> None:
        reply = call(create, as_=getattr(people, who), body=a_request(people))

        assert (reply.status, reply.code) == (403, "role_not_allowed")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"price_kopecks": 0}, "price_kopecks"),
            ({"price_kopecks": 100.5}, "price_kopecks"),
            ({"price_kopecks": "100"}, "price_kopecks"),
            ({"price_kopecks": 10**30}, "price_kopecks"),
            ({"commission": {}}, "commission"),
            ({"plan": []}, "plan"),
            ({"discount": 1}, "discount"),
            ({"executor": "me"}, "executor"),
            ({"client": {"name": "А" * 500, "phone": "+79161234567"}}, "client.name"),
            ({"client": {"name": "Соколова Анна", "phone": "112"}}, "client.phone"),
            (a_client(passport={"series": "٤٥١٢"}), "client.passport.series"),
            (a_client(passport={"issued_on": "2199-01-01"}), "client.passport.issued_on"),
            (a_client(passport={"department_code": "٧٧٠-053"}), "client.passport.department_code"),
            ({"exclusive_until": "вчера"}, "exclusive_until"),
        ],
    )
    def test_names_the_field_that_is_wrong(
        self, call: Call, people: People, app: Session, changes: dict[str, Any], field: str
    ) -> None:
        reply = call(create, as_=people.agent, body=a_request(people, **changes))

        assert (reply.status, reply.code) == (422, "invalid_fields")
        assert field in [each["field"] for each in reply.json["errors"]]
        assert app.scalar(select(func.count()).select_from(Deal)) == 0

    def test_a_plan_that_does_not_sum_is_told_in_roubles(self, call: Call, people: People) -> None:
        step = {"amount_kopecks": 29_999_900, "trigger": "immediate", "release_rule": "immediate"}

        reply = call(create, as_=people.agent, body=a_request(people, plan=[step]))

        assert (reply.status, reply.code) == (422, "plan_does_not_sum")
        assert "300 000,00 ₽" in reply.json["detail"].replace("\N{NARROW NO-BREAK SPACE}", " ")

    def test_the_same_key_opens_one_deal(self, call: Call, people: People, app: Session) -> None:
        body = a_request(people)

        first = call(create, as_=people.agent, body=body, key="the-very-same-key")
        second = call(create, as_=people.agent, body=body, key="the-very-same-key")

        assert first.json == second.json
        assert second.headers["Idempotency-Replayed"] == "true"
        assert app.scalar(select(func.count()).select_from(Deal)) == 1
