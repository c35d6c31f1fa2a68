"""``./dev campaign splits [--json] [--seed N] [--small]``: random rules and sums against the rule as money.md words it.

The judge computes with exact fractions and shares no code with ``shared/payments/splits.py``. A rule is drawn from its
number and the seed alone, so that a failure is replayed by its number.
"""

import random
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple
from uuid import UUID

from shared.kernel.money import ALL_BPS, Money, total
from shared.payments.models import SplitLine
from shared.payments.splits import Owner, ShareRule, SplitRule, SplitShare, by_largest_remainder, split
from tests.campaigns._frame import Campaign, begun

ROUNDS: Final = 1_000_000
SMALL: Final = 10_000

_RATES: Final = (None, 500, 700, 2_000, 2_200)
_LARGEST_KOPECKS: Final = 10**13
_SHOWN_EVERY: Final = 50_000


Divide = Callable[[Money, SplitRule], Sequence[SplitShare]]


class Case(NamedTuple):
    gross: int
    rule: SplitRule


def draw(seed: int, number: int) -> Case:
    """One random rule with its sum: small sums, ties and nothing-shares as often as large ones."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 -- to be replayed, not to be secret
    count = dice.randint(1, 6)
    cuts = sorted(dice.choice((0, 1, 2_500, 5_000, dice.randint(0, ALL_BPS))) for _ in range(count - 1))
    bps = [high - low for low, high in zip([0, *cuts], [*cuts, ALL_BPS], strict=True)]
    lines = [SplitLine.AGENCY, SplitLine.AGENT, *[SplitLine.CO_AGENT] * 4]
    shares = tuple(
        ShareRule(lines[place], Owner("org" if place == 0 else "user", UUID(int=place + 1)), one)
        for place, one in enumerate(bps)
    )
    rule = SplitRule(
        vat_bps=dice.choice(_RATES),
        fee_bps=dice.choice((0, 1, 200, 5_000, ALL_BPS, dice.randint(0, ALL_BPS))),
        fee_min=Money(dice.choice((0, 0, 1, 5_000, dice.randint(0, 10**7)))),
        executor=shares[0].owner,
        shares=shares,
    )
    gross = dice.randint(1, dice.choice((10, 1_000, 10**7, _LARGEST_KOPECKS)))
    return Case(gross, rule)


def faults_of(case: Case, divide: Divide = split) -> list[str]:
    """What is wrong with the split of one case; nothing, if it keeps every rule."""
    parts = divide(Money(case.gross), case.rule)
    vat, fee, base = _heads(case)
    found = []
    if total([part.amount for part in parts]).kopecks != case.gross:
        found.append("the parts don't sum to the gross")
    if any(part.amount < Money.zero() for part in parts):
        found.append("a part is below zero")
    if _sum_of(parts, SplitLine.VAT) != vat:
        found.append("the VAT is another")
    if _sum_of(parts, SplitLine.PLATFORM) != fee:
        found.append("the fee is another")
    shares = [part.amount.kopecks for part in parts if part.line not in {SplitLine.VAT, SplitLine.PLATFORM}]
    if shares != _by_remainder(base, [share.bps for share in case.rule.shares]):
        found.append("the shares of the base are others")
    if not _indifferent_to_order(base, case.rule):
        found.append("the shares depend on the order of computation")
    return found


def _heads(case: Case) -> tuple[int, int, int]:
    """VAT, fee and base in exact fractions, each rounded once, half up."""
    rate = Fraction(case.rule.vat_bps or 0, ALL_BPS)
    vat = _half_up(case.gross * rate / (1 + rate))
    wished = max(_half_up(Fraction(case.gross * case.rule.fee_bps, ALL_BPS)), case.rule.fee_min.kopecks)
    fee = min(wished, case.gross - vat)
    return vat, fee, case.gross - vat - fee


def _half_up(exact: Fraction) -> int:
    return (exact + Fraction(1, 2)).__floor__()


def _by_remainder(base: int, weights: Sequence[int]) -> list[int]:
    """One kopeck after another to whoever is furthest below his exact share; of equals, to the first."""
    exact = [Fraction(base * weight, sum(weights)) for weight in weights]
    given = [share.__floor__() for share in exact]
    waiting = sorted(range(len(weights)), key=lambda place: (given[place] - exact[place], place))
    for place in waiting[: base - sum(given)]:
        given[place] += 1
    return given


def _indifferent_to_order(base: int, rule: SplitRule) -> bool:
    """The same shares in reverse order get the same, but for kopecks that equals are tied for."""
    weights = [share.bps for share in rule.shares]
    there = [part.kopecks for part in by_largest_remainder(Money(base), weights)]
    back = [part.kopecks for part in by_largest_remainder(Money(base), weights[::-1])][::-1]
    remainders = [base * weight % ALL_BPS for weight in weights]
    moved = {remainders[place] for place in range(len(weights)) if there[place] != back[place]}
    return len(moved) <= 1 and all(abs(one - other) <= 1 for one, other in zip(there, back, strict=True))


def _sum_of(parts: Sequence[SplitShare], line: SplitLine) -> int:
    return sum(part.amount.kopecks for part in parts if part.line is line)


def run(seed: int, rounds: int, *, shown_by: Campaign | None = None) -> dict[int, list[str]]:
    """Faults by the number of their case."""
    found: dict[int, list[str]] = {}
    for number in range(rounds):
        faults = faults_of(draw(seed, number))
        if faults:
            found[number] = faults
        if shown_by is not None and (number + 1) % _SHOWN_EVERY == 0:
            shown_by.shown(number + 1, rounds, "rules", len(found))
    return found


def main(arguments: Sequence[str]) -> int:
    campaign = begun("splits", arguments)
    rounds = SMALL if campaign.small else ROUNDS
    found = run(campaign.seed, rounds, shown_by=campaign)
    for number, faults in list(found.items())[:10]:
        print(f"rule {number} of seed {campaign.seed}: {', '.join(faults)}: {draw(campaign.seed, number)}")
    return campaign.ended({"rules": rounds}, faults=len(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
