import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.bank_details import (
    key_fits,
    looks_like_card_number,
    masked_account,
    valid_account,
    valid_bik,
)

SBERBANK = "044525225"
ACCOUNT = "40817810700000000001"


class TestTheKeyOfAnAccount:
    def test_holds_in_its_bank(self) -> None:
        assert key_fits(ACCOUNT, SBERBANK)

    def test_does_not_hold_in_another(self) -> None:
        assert not key_fits(ACCOUNT, "044525974")

    @given(position=st.integers(0, 19), step=st.integers(1, 9))
    def test_finds_every_single_wrong_digit(self, position: int, step: int) -> None:
        wrong = (int(ACCOUNT[position]) + step) % 10

        assert not key_fits(f"{ACCOUNT[:position]}{wrong}{ACCOUNT[position + 1 :]}", SBERBANK)

    @pytest.mark.parametrize(
        ("bik", "correspondent"),
        [
            ("044525225", "30101810400000000225"),
            ("044525974", "30101810145250000974"),
            ("044525187", "30101810700000000187"),
        ],
    )
    def test_is_made_by_region_where_the_bank_of_russia_keeps_the_account(
        self, bik: str, correspondent: str
    ) -> None:
        branch = f"{bik[:6]}000"

        assert key_fits(correspondent, branch)


class TestNumbers:
    def test_are_read_with_spaces(self) -> None:
        assert valid_bik(" 044 525 225 ") == SBERBANK
        assert valid_account("40817 810 7 0000 0000001") == ACCOUNT

    @pytest.mark.parametrize("text", ["", "04452522", "144525225", "0445252255", "04452522a", "٠٤٤٥٢٥٢٢٥"])
    def test_a_bik_has_nine_digits_and_begins_with_zero(self, text: str) -> None:
        with pytest.raises(ValueError, match="БИК"):
            valid_bik(text)

    @pytest.mark.parametrize(
        "text", ["", ACCOUNT[:-1], ACCOUNT + "0", "40817840700000000001", "4081781070000000000a"]
    )
    def test_an_account_has_twenty_digits_in_roubles(self, text: str) -> None:
        with pytest.raises(ValueError, match="счёт"):
            valid_account(text)

    def test_are_shown_without_their_middle(self) -> None:
        assert masked_account(ACCOUNT) == "40817···0001"


class TestWhatLooksLikeACardNumber:
    @pytest.mark.parametrize(
        "text",
        [
            "4111111111111111",
            "4111 1111 1111 1111",
            "2200-0000-0000-0004",
            "token4111111111111111",
            "6799990100000000019",
        ],
    )
    def test_is_found_in_whatever_is_around_it(self, text: str) -> None:
        assert looks_like_card_number(text)

    @pytest.mark.parametrize("text", ["4111111111111112", "pt-2f1d7c9a-000f-5000-8000", "", "12345"])
    def test_is_nothing_else(self, text: str) -> None:
        assert not looks_like_card_number(text)
