from functions.legal.documents_list.handler import app
from shared.users import legal_texts
from tests.functions.conftest import Call


class TestTheTextsInForce:
    def test_are_open_to_anybody(self, call: Call) -> None:
        reply = call(app)

        assert reply.status == 200
        assert [each["name"] for each in reply.json["items"]] == [
            "pep",
            "personal_data",
            "terms",
            "marketing",
            "realtor_offer",
            "agency_offer",
        ]

    def test_are_named_with_their_hash(self, call: Call) -> None:
        lines = {each["name"]: each for each in call(app).json["items"]}

        assert lines["terms"] == {
            "name": "terms",
            "title": "СОГЛАСИЕ С УСЛОВИЯМИ ИСПОЛЬЗОВАНИЯ СЕРВИСА HOUSLER",
            "version": "1",
            "sha256": legal_texts.newest("consents/terms").sha256.hex(),
        }
