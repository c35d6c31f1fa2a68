from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import Money
from shared.kernel.tax import TaxRegime, vat_bps, vat_within


class TestTheRate:
    @pytest.mark.parametrize(
        ("regime", "on", "bps"),
        [
            (TaxRegime.OSN, date(2019, 1, 1), 2_000),
            (TaxRegime.OSN, date(2025, 12, 31), 2_000),
            (TaxRegime.OSN, date(2026, 1, 1), 2_200),
            (TaxRegime.OSN, date(2026, 11, 24), 2_200),
            (TaxRegime.USN_5, date(2026, 11, 24), 500),
            (TaxRegime.USN_7, date(2026, 11, 24), 700),
            (TaxRegime.USN, date(2026, 11, 24), None),
            (TaxRegime.NPD, date(2026, 11, 24), None),
            (TaxRegime.PATENT, date(2026, 11, 24), None),
        ],
    )
    def test_is_that_of_the_regime_and_the_day(self, regime: TaxRegime, on: date, bps: int | None) -> None:
        assert vat_bps(regime, on) == bps

    def test_is_not_guessed_for_days_before_the_table(self) -> None:
        with pytest.raises(ValueError, match="no VAT rate"):
            vat_bps(TaxRegime.OSN, date(2018, 12, 31))


class TestTheTaxWithinASum:
    @pytest.mark.parametrize(
        ("gross", "bps", "vat"),
        [
            (12_000_00, 2_000, 2_000_00),  # 20/120
            (300_000_00, 2_000, 50_000_00),
            (12_200_00, 2_200, 2_200_00),  # 22/122
            (300_000_00, 2_200, 54_098_36),  # 54 098,3606…
            (10_500_00, 500, 500_00),  # 5/105
            (10_700_00, 700, 700_00),  # 7/107
            (300_000_00, None, 0),
            (0, 2_200, 0),
            (3, 2_000, 1),  # half a kopeck, upwards
        ],
    )
    def test_is_rate_over_hundred_and_rate(self, gross: int, bps: int | None, vat: int) -> None:
        assert vat_within(Money(gross), bps) == Money(vat)

    @given(st.integers(min_value=0, max_value=10**13), st.sampled_from([500, 700, 2_000, 2_200]))
    def test_with_the_net_makes_the_gross(self, gross: int, bps: int) -> None:
        vat = vat_within(Money(gross), bps).kopecks
        off = abs((gross - vat) * bps - vat * 10_000)  # the net's tax against the tax, in ten-thousandths

        assert 0 <= vat <= gross
        assert 2 * off <= 10_000 + bps
