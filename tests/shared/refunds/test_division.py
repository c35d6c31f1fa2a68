from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import Money, total
from shared.refunds.division import divide, vat_of

#: of a split: VAT, fee, agency, agent, as in the product's example (b)
PARTS = [Money(54_098_36), Money(6_000_00), Money(71_970_49), Money(167_931_15)]


def take(parts: list[Money], amount: Money) -> tuple[list[Money], list[Money]]:
    """What each gives, and what is left of each."""
    given_back = divide(amount, parts)
    return given_back, [left - part for left, part in zip(parts, given_back, strict=True)]


class TestDivide:
    def test_all_of_it_empties_every_part(self) -> None:
        assert divide(total(PARTS), PARTS) == PARTS

    def test_three_thirds_are_the_whole(self) -> None:
        left = PARTS
        for _ in range(3):
            _, left = take(left, Money(100_000_00))

        assert left == [Money.zero()] * 4

    def test_the_largest_remainder_takes_the_kopeck(self) -> None:
        assert divide(Money(1), [Money(10), Money(90)]) == [Money(0), Money(1)]

    @pytest.mark.parametrize("kopecks", [0, -1, 101])
    def test_what_is_not_there_is_not_divided(self, kopecks: int) -> None:
        with pytest.raises(ValueError, match="what remains"):
            divide(Money(kopecks), [Money(40), Money(60)])


@st.composite
def sequences(draw: st.DrawFn) -> tuple[list[Money], list[Money]]:
    """Parts, and partial refunds that together are all of them."""
    parts = draw(st.lists(st.integers(0, 10**9), min_size=1, max_size=6).filter(any))
    whole = sum(parts)
    cuts = sorted(draw(st.sets(st.integers(1, whole - 1), max_size=8))) if whole > 1 else []
    amounts = [high - low for low, high in zip([0, *cuts], [*cuts, whole], strict=True)]
    return [Money(part) for part in parts], [Money(amount) for amount in amounts]


class TestAlways:
    @given(drawn=sequences())
    def test_any_sequence_of_partial_refunds_sums_exactly_and_empties_every_part(
        self, drawn: tuple[list[Money], list[Money]]
    ) -> None:
        left, amounts = drawn
        for amount in amounts:
            given_back, left = take(left, amount)
            assert total(given_back) == amount
            assert min(left) >= Money.zero()

        assert set(left) == {Money.zero()}

    @given(
        fee=st.integers(1, 10**9),
        vat_per_mille=st.integers(0, 200),
        cuts=st.sets(st.integers(1, 999), max_size=6),
    )
    def test_the_vat_within_the_fee_goes_back_with_the_last_of_it(
        self, fee: int, vat_per_mille: int, cuts: set[int]
    ) -> None:
        marks = sorted({0, fee, *(fee * cut // 1000 for cut in cuts)})
        fee_left, vat_left = Money(fee), Money(fee * vat_per_mille // 1000)
        for low, high in pairwise(marks):
            part = Money(high - low)
            vat = vat_of(part, fee_left=fee_left, vat_left=vat_left)
            assert Money.zero() <= vat <= part
            fee_left, vat_left = fee_left - part, vat_left - vat

        assert (fee_left, vat_left) == (Money.zero(), Money.zero())
