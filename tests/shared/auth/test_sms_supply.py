from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from shared.auth import sms_supply
from shared.db.session import Transactions
from shared.ports.sms import SmsReport

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Account(NamedTuple):
    kopecks: int
    limit: int
    used: int

    def balance_kopecks(self) -> int:
        return self.kopecks

    def day_limit(self) -> tuple[int, int]:
        return self.limit, self.used

    def reports(self, provider_message_ids: Sequence[str]) -> list[SmsReport]:
        raise NotImplementedError


@pytest.mark.usefixtures("database")
class TestCheck:
    @pytest.mark.parametrize(
        ("account", "short"),
        [
            (Account(1_000, 10, 7), 0),
            (Account(999, 10, 7), 1),
            (Account(1_000, 10, 8), 1),
            (Account(-1, 10, 10), 2),
            (Account(1_000, 0, 0), 1),
        ],
    )
    def test_counts_what_runs_short(self, account: Account, short: int) -> None:
        counts = sms_supply.check(Transactions(), account, alarm_kopecks=1_000, now=NOW)

        assert counts == {"short": short, "silent": 0}
