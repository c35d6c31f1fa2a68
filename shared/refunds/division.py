"""How a refund is divided (``product/money.md``): by what remains of each part, the largest remainders first.

Pure: sums in, sums out. Since the weights are what remains, several partial refunds sum to the split exactly, and no
part goes below zero.
"""

from collections.abc import Sequence

from shared.kernel.money import Money, divide_half_up, total
from shared.payments.splits import by_largest_remainder


def divide(amount: Money, remains: Sequence[Money]) -> list[Money]:
    """What each part gives back.

    :param amount: more than zero, at most the sum of ``remains``
    :param remains: of each part, not negative
    """
    whole = total(list(remains))
    if not Money.zero() < amount <= whole:
        raise ValueError("a refund lies between nothing and what remains")
    parts = by_largest_remainder(amount, [part.kopecks for part in remains])
    if any(part > left for part, left in zip(parts, remains, strict=True)):
        raise AssertionError("a part gives back at most what remains of it")
    return parts


def vat_of(part: Money, *, fee_left: Money, vat_left: Money) -> Money:
    """The VAT within what the platform gives back of its fee; the last part takes what is left of it.

    :param part: at most ``fee_left``, which contains ``vat_left``
    """
    if fee_left == Money.zero():
        return Money.zero()
    return Money(divide_half_up(part.kopecks * vat_left.kopecks, fee_left.kopecks))
