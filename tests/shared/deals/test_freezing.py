import hashlib
import json
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from shared.deals import freezing, service
from shared.deals.opening import Advance, Terms
from shared.deals.words import ReleaseRule
from shared.kernel.money import Money
from tests.builders.deals import a_crew, a_deal, a_step, some_terms
from tests.builders.people import a_client

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def with_advance(*, fixed: Money | None = None, bps: int | None = None) -> Terms:
    """A quarter of the commission first, either way."""
    return some_terms(advance=Advance(fixed, bps, ReleaseRule.IMMEDIATE), plan=[a_step(Money(225_000_00))])


class TestFreeze:
    def test_the_hash_is_of_the_canonical_text(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)

        terms = freezing.freeze(app, deal, now=NOW)
        app.flush()

        assert terms.canonical is not None
        assert terms.sha256 == hashlib.sha256(terms.canonical.encode()).digest()
        stated = json.loads(terms.canonical)
        assert stated["commission"] == {"fixed_kopecks": 0, "bps": 240, "total_kopecks": 30_000_000}
        assert stated["vat_bps"] == 2_200
        assert stated["split_rule"] == terms.split_rule
        assert terms.canonical == json.dumps(
            stated, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )

    def test_an_advance_is_part_of_it(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)
        deals = [
            a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency, terms=terms)
            for terms in (some_terms(), with_advance(bps=2_500), with_advance(fixed=Money(75_000_00)))
        ]

        stated = [json.loads(freezing.freeze(app, deal, now=NOW).canonical or "") for deal in deals]

        assert [one["advance"] for one in stated] == [
            None,
            {"fixed_kopecks": None, "bps": 2_500},
            {"fixed_kopecks": 75_000_00, "bps": None},
        ]
        assert [[step["is_advance"] for step in one["plan"]] for one in stated] == [
            [False],
            [True, False],
            [True, False],
        ]
        assert stated[1]["plan"] == stated[2]["plan"]

    def test_names_nobody(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)

        canonical = freezing.freeze(app, deal, now=NOW).canonical or ""

        for personal in (client.full_name, client.phone, client.email, "Лесная", crew.agency.inn):
            assert personal is not None
            assert personal not in canonical

    def test_the_frozen_version_is_the_one_found(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)
        frozen = freezing.freeze(app, deal, now=NOW)
        app.flush()

        assert service.frozen_terms(app, deal.id).id == frozen.id
