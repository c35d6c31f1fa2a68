import hashlib
import json
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from shared.deals import freezing, service
from tests.builders.deals import a_crew, a_deal
from tests.builders.people import a_client

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


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
