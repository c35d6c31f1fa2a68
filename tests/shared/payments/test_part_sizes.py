from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.sbp.yookassa import CAPABILITIES
from shared.kernel.money import Money, total
from shared.payments.limits import PAY_OUT_MOST
from shared.payments.models import SplitLine
from shared.payments.part_sizes import (
    MOST_PARTS,
    equal_parts,
    is_carried,
    largest_of_a_person,
    offered_parts,
)
from shared.payments.splits import Owner, ShareRule, SplitRule, split

AGENT = Owner("user", uuid4())
AGENCY = Owner("org", uuid4())


def rule(*, agent_bps: int = 10_000) -> SplitRule:
    shares = [ShareRule(SplitLine.AGENT, AGENT, agent_bps)]
    if agent_bps < 10_000:
        shares.append(ShareRule(SplitLine.AGENCY, AGENCY, 10_000 - agent_bps))
    return SplitRule(None, 200, Money.zero(), AGENT, tuple(shares))


class TestEqualParts:
    @given(st.integers(1, 10**15), st.integers(1, 100))
    def test_sum_to_the_whole_and_differ_by_a_kopeck_at_most(self, kopecks: int, count: int) -> None:
        whole = Money(max(kopecks, count))

        parts = equal_parts(whole, count)

        assert len(parts) == count
        assert total(parts) == whole
        assert max(parts).kopecks - min(parts).kopecks <= 1
        assert parts == sorted(parts, reverse=True)

    def test_each_holds_something(self) -> None:
        with pytest.raises(ValueError, match="something"):
            equal_parts(Money(2), 3)


class TestOfferedParts:
    @given(st.integers(100, 2_000_000_000), st.sampled_from([1, 5_000, 10_000]))
    def test_are_the_fewest_that_the_rails_carry(self, kopecks: int, agent_bps: int) -> None:
        whole, shares = Money(kopecks), rule(agent_bps=agent_bps)

        parts = offered_parts(whole, shares, CAPABILITIES)

        if not parts:  # a rouble can't be halved
            assert whole < Money(2_00)
            return
        assert total(parts) == whole
        for part in parts:
            assert CAPABILITIES.least <= part <= CAPABILITIES.most
            assert largest_of_a_person(split(part, shares)) <= PAY_OUT_MOST
        if len(parts) > 2:
            assert not is_carried(equal_parts(whole, len(parts) - 1)[0], shares, CAPABILITIES)

    def test_end_where_no_number_helps(self) -> None:
        beyond = Money(CAPABILITIES.most.kopecks * MOST_PARTS + 1)

        assert offered_parts(beyond, rule(agent_bps=1), CAPABILITIES) == []

    def test_an_agency_is_paid_any_sum(self) -> None:
        assert len(offered_parts(Money(1_400_000_00), rule(agent_bps=1), CAPABILITIES)) == 2
        assert len(offered_parts(Money(1_400_000_00), rule(), CAPABILITIES)) == 3
