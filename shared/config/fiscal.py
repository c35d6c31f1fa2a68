from datetime import timedelta
from functools import cache
from typing import NamedTuple

from shared.config import environment as env
from shared.kernel.tax import TaxRegime


class FiscalSettings(NamedTuple):
    """Whose cash register makes the receipts of 54-ФЗ (docs/decisions/fiscal-agent-sign.md)."""

    #: the platform collects and its register acts as the executor's agent; otherwise the executor's own register does
    merchant_is_platform: bool
    #: the platform's; what its register was registered with
    merchant_tax_regime: TaxRegime
    #: what isn't registered so long after its event becomes a person's task
    registered_within: timedelta


@cache
def load() -> FiscalSettings:
    return FiscalSettings(
        merchant_is_platform=env.flag("HOUSLER_MERCHANT_IS_PLATFORM", default=True),
        merchant_tax_regime=_regime("HOUSLER_MERCHANT_TAX_REGIME"),
        registered_within=timedelta(hours=env.integer("KKT_REGISTERED_WITHIN_HOURS", 24, low=1, high=720)),
    )


def _regime(name: str) -> TaxRegime:
    """:raises SettingsError: not a regime under which anybody has a cash register"""
    raw = env.text(name, TaxRegime.OSN)
    if raw == TaxRegime.NPD or raw not in set(TaxRegime):
        raise env.SettingsError(f"{name} must be a tax regime with a cash register")
    return TaxRegime(raw)
