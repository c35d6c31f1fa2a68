"""Whatever sequence of events is tried: money is neither made nor lost, and the floors hold. ``./dev campaign ledger``
tries many more.
"""

import pytest
from sqlalchemy.orm import Session

from tests.campaigns import ledger as campaign
from tests.campaigns._frame import SEED
from tests.campaigns._ledger_judge import Books
from tests.conftest import TestDatabase


class TestAnySequence:
    def test_of_postings_reversals_and_holds_agrees_with_the_judge(self, app: Session) -> None:
        campaign.try_sequences(app, count=campaign.SMALL, from_seed=SEED)

    @pytest.mark.parametrize("forgetful", ["held", "reverse"])
    def test_would_not_agree_with_a_judge_who_forgets_a_rule(
        self, app: Session, monkeypatch: pytest.MonkeyPatch, forgetful: str
    ) -> None:
        wrong = {"held": lambda *_: 0, "reverse": lambda self, _key, by: self.post(by, {})}
        monkeypatch.setattr(Books, forgetful, wrong[forgetful])

        with pytest.raises(AssertionError):
            campaign.try_sequences(app, count=200, from_seed=SEED, shrink=False)


class TestTheSameReversalByManyAtOnce:
    def test_succeeds_once(self, database: TestDatabase) -> None:
        tried = campaign.contest_reversals(database.app_url, postings=40, among=20, workers=8, from_seed=SEED)

        assert tried == 160
