from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import ALL_BPS, Money, total
from shared.kernel.tax import vat_within
from shared.payments.models import SplitLine
from shared.payments.splits import (
    PLATFORM,
    Owner,
    ShareRule,
    SplitRule,
    SplitShare,
    by_largest_remainder,
    split,
)
from tests.campaigns import splits as campaign
from tests.campaigns._frame import SEED

AGENCY = Owner("org", UUID(int=1))
AGENT = Owner("user", UUID(int=2))


def agency_rule(vat_bps: int | None, *, fee_bps: int = 200, fee_min: int = 0) -> SplitRule:
    shares = (ShareRule(SplitLine.AGENCY, AGENCY, 3_000), ShareRule(SplitLine.AGENT, AGENT, 7_000))
    return SplitRule(vat_bps, fee_bps, Money(fee_min), AGENCY, shares)


def amounts(gross: int, rule: SplitRule) -> dict[str, int]:
    return {part.line.value: part.amount.kopecks for part in split(Money(gross), rule)}


class TestWorkedExamples:
    """Those of product/money.md."""

    def test_vat_of_20_percent(self) -> None:
        assert amounts(300_000_00, agency_rule(2_000)) == {
            "vat": 50_000_00,
            "platform": 6_000_00,
            "agency": 73_200_00,
            "agent": 170_800_00,
        }

    def test_vat_of_22_percent(self) -> None:
        assert amounts(300_000_00, agency_rule(2_200)) == {
            "vat": 54_098_36,
            "platform": 6_000_00,
            "agency": 71_970_49,
            "agent": 167_931_15,
        }
        assert vat_within(Money(6_000_00), 2_200) == Money(1_081_97)

    def test_steps_are_split_each_by_itself(self) -> None:
        assert 3 * amounts(100_000_00, agency_rule(2_200))["vat"] == 54_098_37

    def test_without_vat_there_is_no_such_line(self) -> None:
        alone = SplitRule(None, 200, Money(0), AGENT, (ShareRule(SplitLine.AGENT, AGENT, ALL_BPS),))

        assert amounts(150_000_00, alone) == {"platform": 3_000_00, "agent": 147_000_00}


class TestRules:
    def test_the_least_fee_never_exceeds_what_is_left_of_the_gross(self) -> None:
        assert amounts(1_22, agency_rule(2_200, fee_min=5_00)) == {
            "vat": 22,
            "platform": 1_00,
            "agency": 0,
            "agent": 0,
        }

    def test_the_least_fee_counts_when_the_share_is_lower(self) -> None:
        assert amounts(1_000_00, agency_rule(None, fee_min=50_00))["platform"] == 50_00

    def test_ties_go_to_the_first(self) -> None:
        assert by_largest_remainder(Money(1), [5_000, 5_000]) == [Money(1), Money(0)]

    @pytest.mark.parametrize("bps", [(3_000, 6_999), (3_000, 7_001), (-1, 10_001)])
    def test_shares_that_are_not_the_whole_are_refused(self, bps: tuple[int, int]) -> None:
        shares = tuple(ShareRule(SplitLine.AGENT, AGENT, one) for one in bps)

        with pytest.raises(ValueError, match="share"):
            SplitRule(None, 200, Money(0), AGENT, shares)

    def test_nothing_is_not_divided(self) -> None:
        with pytest.raises(ValueError, match="nothing to divide"):
            split(Money(0), agency_rule(None))

    def test_only_the_platform_has_no_id(self) -> None:
        with pytest.raises(ValueError, match="id"):
            Owner("user", None)


@st.composite
def rules(draw: st.DrawFn) -> SplitRule:
    cuts = sorted(draw(st.lists(st.integers(0, ALL_BPS), max_size=4)))
    bps = [high - low for low, high in zip([0, *cuts], [*cuts, ALL_BPS], strict=True)]
    shares = tuple(ShareRule(SplitLine.AGENT, AGENT, one) for one in bps)
    return SplitRule(
        draw(st.sampled_from([None, 500, 700, 2_000, 2_200])),
        draw(st.integers(0, ALL_BPS)),
        Money(draw(st.integers(0, 10**9))),
        AGENCY,
        shares,
    )


class TestAlways:
    @given(gross=st.integers(1, 10**12), rule=rules())
    def test_the_parts_sum_to_the_gross_and_none_is_negative(self, gross: int, rule: SplitRule) -> None:
        parts = split(Money(gross), rule)

        assert total([part.amount for part in parts]) == Money(gross)
        assert all(part.amount >= Money.zero() for part in parts)
        assert [part.owner for part in parts if part.line is SplitLine.PLATFORM] == [PLATFORM]

    @given(whole=st.integers(0, 10**12), weights=st.lists(st.integers(1, 10**4), min_size=1, max_size=6))
    def test_nobody_is_a_kopeck_from_his_exact_share(self, whole: int, weights: list[int]) -> None:
        parts = by_largest_remainder(Money(whole), weights)

        for part, weight in zip(parts, weights, strict=True):
            assert abs(part.kopecks * sum(weights) - whole * weight) < sum(weights)


def a_kopeck_astray(gross: Money, rule: SplitRule) -> list[SplitShare]:
    """The platform takes a kopeck from whoever has one."""
    parts = split(gross, rule)
    place = next(place for place, part in enumerate(parts) if part.line is SplitLine.PLATFORM)
    victim = next(place for place, part in enumerate(parts) if part.amount > Money.zero())
    for at, kopecks in ((place, 1), (victim, -1)):
        parts[at] = parts[at]._replace(amount=parts[at].amount + Money(kopecks))
    return parts


class TestCampaignInShort:
    """``./dev campaign splits`` asks a hundred times as many."""

    def test_ten_thousand_random_rules_are_split_as_an_exact_judge_says(self) -> None:
        assert campaign.run(SEED, campaign.SMALL) == {}

    def test_the_judge_misses_no_kopeck_that_moved(self) -> None:
        cases = [campaign.draw(SEED, number) for number in range(200)]
        movable = [case for case in cases if split(Money(case.gross), case.rule)[0].amount > Money.zero()]
        with_vat = [case for case in movable if case.rule.vat_bps is not None]

        assert len(with_vat) > 50
        assert all(campaign.faults_of(case, a_kopeck_astray) for case in with_vat)

    def test_a_rule_is_drawn_again_by_its_number(self) -> None:
        assert campaign.draw(1, 7) == campaign.draw(1, 7)
        assert campaign.draw(1, 7) != campaign.draw(2, 7)
