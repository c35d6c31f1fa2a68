import pytest

from functions.lookup.inn.handler import app
from tests.functions.conftest import Call, Signed


class TestLookingUpAnInn:
    @pytest.mark.parametrize(
        ("inn", "said"),
        [
            ("7707083893", {"kind": "company", "tax_office": "7707", "valid": True}),
            ("7707083894", {"kind": "company", "tax_office": "7707", "valid": False}),
            ("0000000000", {"kind": "company", "tax_office": "0000", "valid": False}),
            ("500100732259", {"kind": "person", "tax_office": "5001", "valid": True}),
            ("500100732258", {"kind": "person", "tax_office": "5001", "valid": False}),
        ],
    )
    def test_tells_what_the_number_says(
        self, call: Call, client: Signed, inn: str, said: dict[str, object]
    ) -> None:
        reply = call(app, as_=client, inn=inn)

        assert (reply.status, reply.json) == (200, said)

    @pytest.mark.parametrize("text", ["770708389", "77070838931", "77070838ab", "٧٧٠٧٠٨٣٨٩٣"])
    def test_knows_no_other_lengths_or_signs(self, call: Call, client: Signed, text: str) -> None:
        reply = call(app, as_=client, inn=text)

        assert (reply.status, reply.code) == (404, "not_an_inn")

    def test_is_for_those_who_have_signed_in(self, call: Call) -> None:
        assert call(app, inn="7707083893").status == 401

    def test_is_limited(self, call: Call, client: Signed) -> None:
        statuses = [call(app, as_=client, inn="7707083893").status for _ in range(61)]

        assert (set(statuses[:60]), statuses[60]) == ({200}, 429)
