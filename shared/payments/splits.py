"""How a step's money is divided (``product/money.md``): VAT, the platform's fee, and shares of what is left.

Pure: sums in, sums out. The parts always sum to the gross and don't depend on the order of computation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from uuid import UUID

from shared.kernel.money import ALL_BPS, Money, total
from shared.kernel.tax import vat_within
from shared.payments.models import SplitLine

OwnerKind = Literal["user", "org", "platform"]


@dataclass(frozen=True, slots=True)
class Owner:
    kind: OwnerKind
    #: None for the platform
    id: UUID | None

    def __post_init__(self) -> None:
        if (self.kind == "platform") != (self.id is None):
            raise ValueError("everybody but the platform has an id")


PLATFORM: Final = Owner("platform", None)


class ShareRule(NamedTuple):
    """One owner's share of the base, in basis points."""

    line: SplitLine
    owner: Owner
    bps: int


@dataclass(frozen=True, slots=True)
class SplitRule:
    """The rule in a deal's signed terms; ``shares`` sum to 10 000 bps of gross − VAT − fee."""

    #: the executor's VAT rate; None where he owes none
    vat_bps: int | None
    fee_bps: int
    fee_min: Money
    executor: Owner
    shares: tuple[ShareRule, ...]

    def __post_init__(self) -> None:
        if sum(share.bps for share in self.shares) != ALL_BPS:
            raise ValueError("shares make up the whole base")
        if any(share.bps < 0 for share in self.shares):
            raise ValueError("a share is not negative")
        if not 0 <= self.fee_bps <= ALL_BPS or self.fee_min < Money.zero():
            raise ValueError("a fee lies between nothing and all")


class SplitShare(NamedTuple):
    line: SplitLine
    owner: Owner
    amount: Money


def split(gross: Money, rule: SplitRule) -> list[SplitShare]:
    """Divide a step's gross: the VAT line (left out without VAT), the platform's, then the shares in order.

    :param gross: more than zero
    """
    if gross <= Money.zero():
        raise ValueError("there is nothing to divide")
    vat = vat_within(gross, rule.vat_bps)
    fee = min(max(gross.share(rule.fee_bps), rule.fee_min), gross - vat)
    base = gross - vat - fee
    parts = [SplitShare(SplitLine.PLATFORM, PLATFORM, fee)]
    if rule.vat_bps is not None:
        parts.insert(0, SplitShare(SplitLine.VAT, rule.executor, vat))
    amounts = by_largest_remainder(base, [share.bps for share in rule.shares])
    parts += [
        SplitShare(share.line, share.owner, amount)
        for share, amount in zip(rule.shares, amounts, strict=True)
    ]
    return parts


def by_largest_remainder(whole: Money, weights: Sequence[int]) -> list[Money]:
    """Divide ``whole`` by weights; the kopecks left over go to the largest remainders, ties to the first.

    :param weights: not negative, with a sum above zero
    """
    all_weights = sum(weights)
    floors = [whole.kopecks * weight // all_weights for weight in weights]
    left = whole.kopecks - sum(floors)
    by_remainder = sorted(
        range(len(weights)), key=lambda place: (-(whole.kopecks * weights[place] % all_weights), place)
    )
    for place in by_remainder[:left]:
        floors[place] += 1
    amounts = [Money(kopecks) for kopecks in floors]
    if total(amounts) != whole:
        raise AssertionError("the parts make up the whole")
    return amounts
