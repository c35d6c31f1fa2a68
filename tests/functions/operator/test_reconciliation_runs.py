import pytest

from functions.operator.reconciliation_runs.handler import app
from tests.functions.conftest import Call, Signed
from tests.functions.operator.reconciling import a_run_with_a_difference


@pytest.mark.usefixtures("operator")
class TestTheListOfComparisons:
    def test_has_the_newest_first(self, call: Call, operator: Signed) -> None:
        newest = a_run_with_a_difference(after_days=2)

        listed = call(app, as_=operator).json

        assert listed["total"] == 2
        assert listed["items"][0]["id"] == str(newest.id)
        assert listed["items"][0]["opened"] == 0
        assert listed["items"][1]["opened"] >= 1
