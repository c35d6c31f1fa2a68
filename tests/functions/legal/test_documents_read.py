import hashlib

import pytest

from functions.legal.documents_read.handler import app
from tests.functions.conftest import Call


class TestReadingALegalText:
    @pytest.mark.parametrize(
        "name", ["pep", "personal_data", "terms", "marketing", "realtor_offer", "agency_offer"]
    )
    def test_gives_what_its_hash_is_of(self, call: Call, name: str) -> None:
        reply = call(app, name=name)

        assert (reply.status, reply.json["name"], reply.json["version"]) == (200, name, "1")
        assert hashlib.sha256(reply.json["text"].encode()).hexdigest() == reply.json["sha256"]

    def test_gives_a_version_that_somebody_accepted(self, call: Call) -> None:
        assert call(app, name="terms", query={"version": "1"}).json == call(app, name="terms").json

    @pytest.mark.parametrize(
        ("name", "query"), [("terms", {"version": "2"}), ("consents", {}), ("../pep", {}), ("passwords", {})]
    )
    def test_that_never_was_is_not_found(self, call: Call, name: str, query: dict[str, str]) -> None:
        reply = call(app, name=name, query=query)

        assert (reply.status, reply.code) == (404, "legal_text_not_found")

    @pytest.mark.parametrize("version", ["0", "-1", "two", "10000"])
    def test_has_numbered_versions(self, call: Call, version: str) -> None:
        assert call(app, name="terms", query={"version": version}).code == "invalid_fields"
