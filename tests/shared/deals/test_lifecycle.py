from datetime import UTC, datetime
from itertools import product

import pytest

from shared.deals import lifecycle
from shared.deals.errors import TransitionNotAllowed
from shared.deals.models import Deal, DealStatus

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)

#: the table of the specification, written again by hand
ALLOWED = {
    "draft": "awaiting_signatures cancelled",
    "awaiting_signatures": "draft signed cancelled",
    "signed": "payment_pending cancelled",
    "payment_pending": "signed in_progress dispute cancelled",
    "in_progress": "completed dispute cancelling",
    "completed": "closed dispute cancelling",
    "dispute": "payment_pending in_progress completed cancelling",
    "cancelling": "cancelled",
    "cancelled": "",
    "closed": "",
}


class TestMove:
    @pytest.mark.parametrize(("before", "after"), list(product(DealStatus, DealStatus)))
    def test_follows_the_table_and_nothing_else(self, before: DealStatus, after: DealStatus) -> None:
        deal = Deal(status=before)

        if after in ALLOWED[before].split():
            lifecycle.move(deal, after, now=NOW)
            assert (deal.status, deal.updated_at) == (after, NOW)
        else:
            with pytest.raises(TransitionNotAllowed) as refusal:
                lifecycle.move(deal, after, now=NOW)
            assert lifecycle.LABELS[before] in refusal.value.detail
            assert deal.status == before

    def test_every_state_has_a_label_for_people(self) -> None:
        assert set(lifecycle.LABELS) == set(DealStatus) == set(lifecycle.TRANSITIONS)
