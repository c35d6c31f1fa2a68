from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.auth import cleaning
from shared.db.session import Transactions
from shared.events.batches import in_batches
from shared.limits.models import RateLimit

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class TestRemoving:
    @pytest.mark.parametrize(("there", "gone"), [(0, 0), (2, 2), (7, 7), (10, 10), (11, 10)])
    def test_goes_on_until_all_or_its_share_is_gone(self, app: Session, there: int, gone: int) -> None:
        for number in range(there):
            app.add(RateLimit(subject=bytes([number]), taken=1, window_ends_at=NOW))
        app.commit()

        removals = {"rate_limits": cleaning.remove_limits}
        assert in_batches(Transactions(), removals, rows=2, batches=5, now=NOW) == {"rate_limits": gone}

        assert app.scalar(select(func.count()).select_from(RateLimit)) == there - gone
