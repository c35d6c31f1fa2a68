from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import ALL_BPS, Money, divide_half_up, total

SUMS = st.integers(min_value=-(10**14), max_value=10**14)
POSITIVE = st.integers(min_value=0, max_value=10**14)


class TestASum:
    @pytest.mark.parametrize("value", [1.0, True, "5", Decimal(5), None])
    def test_is_whole_kopecks_and_nothing_else(self, value: Any) -> None:
        with pytest.raises(TypeError):
            Money(value)

    def test_adds_and_subtracts(self) -> None:
        assert Money(150) + Money(50) - Money(300) == Money(-100)
        assert total([Money(1), Money(2), Money(3)]) == Money(6)
        assert total(()) == Money.zero()

    def test_is_not_mixed_with_bare_numbers(self) -> None:
        with pytest.raises(AttributeError):
            Money(1) + 1  # type: ignore[operator]
        with pytest.raises(TypeError):
            sorted([Money(1), 1])  # type: ignore[type-var]

    def test_is_ordered(self) -> None:
        assert sorted([Money(3), Money(-1), Money(2)]) == [Money(-1), Money(2), Money(3)]

    @pytest.mark.parametrize(
        ("kopecks", "shown"),
        [(0, "0,00 ₽"), (5, "0,05 ₽"), (-250, "−2,50 ₽"), (123_456_789_00, "123 456 789,00 ₽")],
    )
    def test_is_shown_as_people_write_it_and_never_broken(self, kopecks: int, shown: str) -> None:
        assert str(Money(kopecks)) == shown.replace(" ", "\N{NARROW NO-BREAK SPACE}")


class TestRoubles:
    @given(SUMS)
    def test_are_read_back_as_they_were_written(self, kopecks: int) -> None:
        assert Money.from_rubles(Money(kopecks).to_rubles()) == Money(kopecks)

    @given(SUMS)
    def test_are_written_with_two_digits(self, kopecks: int) -> None:
        assert Decimal(Money(kopecks).to_rubles()) * 100 == kopecks
        assert Money(kopecks).to_rubles()[-3] == "."

    @pytest.mark.parametrize(
        ("text", "kopecks"), [("150000.00", 15_000_000), ("1", 100), ("1.5", 150), ("-0.05", -5), ("0.00", 0)]
    )
    def test_are_read_from_a_provider(self, text: str, kopecks: int) -> None:
        assert Money.from_rubles(text) == Money(kopecks)

    @pytest.mark.parametrize(
        "text",
        ["", "1.005", "1.000", "1e3", "1_000", "NaN", "Infinity", "1,50", " 1", "1\n", "+1", ".5", "5.", "１", "9" * 40, 1.5, 100, None],
    )  # fmt: skip
    def test_are_nothing_else(self, text: object) -> None:
        with pytest.raises(ValueError, match="two digits"):
            Money.from_rubles(text)


class TestAShare:
    @pytest.mark.parametrize(
        ("kopecks", "bps", "share"),
        [(100, 50, 1), (100, 49, 0), (99, 5_000, 50), (1, 5_000, 1), (1, 4_999, 0), (33_333, 3_000, 10_000)],
    )
    def test_is_rounded_half_up(self, kopecks: int, bps: int, share: int) -> None:
        assert Money(kopecks).share(bps) == Money(share)

    @given(POSITIVE, st.integers(min_value=0, max_value=ALL_BPS))
    def test_differs_from_the_exact_part_by_half_a_kopeck_at_most(self, kopecks: int, bps: int) -> None:
        exact = Decimal(kopecks) * bps / ALL_BPS

        assert abs(Money(kopecks).share(bps).kopecks - exact) <= Decimal("0.5")

    @given(POSITIVE)
    def test_of_all_is_all(self, kopecks: int) -> None:
        assert Money(kopecks).share(ALL_BPS) == Money(kopecks)

    def test_is_never_of_a_negative_sum(self) -> None:
        with pytest.raises(ValueError, match="sums of money"):
            Money(-1).share(100)

    def test_refuses_a_float_of_basis_points(self) -> None:
        with pytest.raises(TypeError):
            Money(100).share(50.0)  # type: ignore[arg-type]


class TestDividing:
    @given(POSITIVE, st.integers(min_value=1, max_value=10**6))
    def test_is_nearest_with_halves_upwards(self, numerator: int, denominator: int) -> None:
        quotient = divide_half_up(numerator, denominator)

        assert -denominator < 2 * (numerator - quotient * denominator) <= denominator or (
            2 * (quotient * denominator - numerator) == denominator
        )

    @pytest.mark.parametrize(("numerator", "denominator"), [(-1, 2), (1, 0), (1, -2)])
    def test_is_for_sums_only(self, numerator: int, denominator: int) -> None:
        with pytest.raises(ValueError, match="sums of money"):
            divide_half_up(numerator, denominator)
