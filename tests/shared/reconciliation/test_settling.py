import pytest

from shared.kernel.money import Money
from shared.reconciliation.settling import chosen


@pytest.mark.parametrize(
    ("nets", "amount", "days"),
    [
        ([], 5, (0, 0)),
        ([100], 100, (0, 1)),
        ([100, 200, 300], 300, (0, 2)),  # the oldest that make it exactly
        ([100, 250, 300], 300, (2, 3)),  # an older day is late, and stays so
        ([100, 200], 299, (0, 2)),  # short: nearest from the oldest on, none is left behind
        ([100, 200], 101, (0, 1)),
        ([500, -100, 300], 700, (0, 3)),  # more went back than came on the second
    ],
)
def test_a_settlement_takes_the_days_that_make_it(
    nets: list[int], amount: int, days: tuple[int, int]
) -> None:
    assert chosen([Money(net) for net in nets], Money(amount)) == days
