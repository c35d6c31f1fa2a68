"""VAT by tax regime and date: a dated table, since rates change by law (НК РФ art. 164; 22 % from 2026-01-01)."""

from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from shared.kernel.money import ALL_BPS, Money, divide_half_up


class TaxRegime(StrEnum):
    OSN = "osn"
    USN = "usn"  # below the VAT threshold
    USN_5 = "usn_5"
    USN_7 = "usn_7"
    NPD = "npd"
    PATENT = "patent"


class _Rate(NamedTuple):
    from_day: date
    bps: int


_OSN: Final = (_Rate(date(2019, 1, 1), 2_000), _Rate(date(2026, 1, 1), 2_200))
_FIXED: Final = {TaxRegime.USN_5: 500, TaxRegime.USN_7: 700}


def vat_bps(regime: TaxRegime, on: date) -> int | None:
    """The rate in basis points on a day of the Moscow calendar; None where no VAT is owed.

    :raises ValueError: a day before the table begins
    """
    if regime is TaxRegime.OSN:
        known = [rate for rate in _OSN if rate.from_day <= on]
        if not known:
            raise ValueError("no VAT rate is known for that day")
        return known[-1].bps
    return _FIXED.get(regime)


def vat_within(gross: Money, bps: int | None) -> Money:
    """VAT contained in a gross sum: gross × rate / (100 + rate), rounded half up."""
    if not bps:
        return Money.zero()
    return Money(divide_half_up(gross.kopecks * bps, ALL_BPS + bps))
