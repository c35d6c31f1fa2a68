from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.auth import cleaning
from shared.auth.session_models import SignInThrottle
from shared.db.session import Transactions
from shared.events.batches import in_batches

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class TestRemoving:
    @pytest.mark.parametrize(("there", "gone"), [(0, 0), (2, 2), (7, 7), (10, 10), (11, 10)])
    def test_goes_on_until_all_or_its_share_is_gone(self, app: Session, there: int, gone: int) -> None:
        for number in range(there):
            app.add(SignInThrottle(subject=bytes([number]), failures=1, window_ends_at=NOW))
        app.commit()

        removals = {"throttles": cleaning.remove_throttles}
        assert in_batches(Transactions(), removals, rows=2, batches=5, now=NOW) == {"throttles": gone}

        assert app.scalar(select(func.count()).select_from(SignInThrottle)) == there - gone
