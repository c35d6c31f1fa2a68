"""What the rails carry at once: YooKassa's standard terms for SBP, November 2026."""

from typing import Final

from shared.kernel.money import Money

COLLECT_LEAST: Final = Money(1_00)
COLLECT_MOST: Final = Money(700_000_00)
PAY_OUT_LEAST: Final = Money(1_00)
PAY_OUT_MOST: Final = Money(500_000_00)
