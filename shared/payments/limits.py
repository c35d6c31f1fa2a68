"""What the payout rail carries at once: YooKassa's standard terms for SBP, November 2026.

What a terminal collects at once is its own to say: ``Capabilities`` of ``shared.ports.payments``.
"""

from typing import Final

from shared.kernel.money import Money

PAY_OUT_LEAST: Final = Money(1_00)
PAY_OUT_MOST: Final = Money(500_000_00)
