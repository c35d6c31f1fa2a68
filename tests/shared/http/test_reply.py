import pytest

from shared.http.inputs import ViewModel
from shared.http.reply import EtagMalformed, Redirect, Reply, rendered, revision_of


class SumView(ViewModel):
    amount_kopecks: int
    name: str


SUM = SumView(amount_kopecks=2**60, name="Анна")


class TestAnAnswer:
    def test_is_text_in_which_numbers_stay_whole(self) -> None:
        response = rendered(SUM, status=201)

        assert response.body == '{"amount_kopecks":1152921504606846976,"name":"Анна"}'
        assert (response.status_code, response.headers) == (
            201,
            {"Content-Type": "application/json; charset=utf-8"},
        )

    def test_may_have_a_status_and_headers_of_its_own(self) -> None:
        response = rendered(Reply(SUM, 202, {"ETag": '"1"'}), status=201)

        assert (response.status_code, response.headers["ETag"]) == (202, '"1"')

    @pytest.mark.parametrize(
        ("answer", "status"), [(None, 204), (Reply(None), 204), (Reply(None, 202), 202), (Reply(None, headers={"ETag": "x"}), 204)]
    )  # fmt: skip
    def test_of_nothing_says_so_by_its_status(self, answer: Reply | None, status: int) -> None:
        response = rendered(answer, status=200)

        assert (response.status_code, response.body) == (status, "")
        assert "Content-Type" not in response.headers

    def test_that_leads_elsewhere_has_no_body(self) -> None:
        response = rendered(Redirect("https://files.example/1"), status=200)

        assert (response.status_code, response.body) == (303, "")
        assert response.headers == {"Location": "https://files.example/1"}


class TestTheRevisionSeen:
    @pytest.mark.parametrize(("header", "revision"), [(None, None), ('"3"', 3), (' "0" ', 0)])
    def test_is_the_etags(self, header: str | None, revision: int | None) -> None:
        assert revision_of(header) == revision

    @pytest.mark.parametrize(
        "header", ["", "*", "17", 'W/"3"', '"a"', '"-1"', '"１"', '"3", "4"', '"' + "9" * 10 + '"']
    )
    def test_is_nothing_else(self, header: str) -> None:
        with pytest.raises(EtagMalformed):
            revision_of(header)
