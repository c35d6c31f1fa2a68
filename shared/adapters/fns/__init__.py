from functools import cache

from shared.adapters.fns.smz import Smz
from shared.config import fns
from shared.ports.tax import TaxReceipts


def tax_receipts() -> TaxReceipts:
    """One client per process and settings: it holds the temporary token."""
    return _client(fns.load())


@cache
def _client(settings: fns.FnsSettings) -> Smz:
    return Smz(settings)
