import pytest

from functions.operator.reconciliation_read.handler import app
from shared.kernel.identifiers import new_id
from tests.functions.conftest import Call, Signed
from tests.functions.operator.reconciling import a_run_with_a_difference


class TestAComparisonsReport:
    def test_has_the_sides_as_sums(self, call: Call, operator: Signed) -> None:
        run = a_run_with_a_difference()

        (total,) = call(app, as_=operator, run_id=run.id).json["totals"]

        assert (total["terminal"], total["ledger_net_kopecks"]) == ("yookassa", 29_790_000)
        assert total["registry_net_kopecks"] == 29_790_001
        assert (total["settled_kopecks"], total["unsettled_kopecks"]) == (0, 29_790_001)

    def test_names_each_difference_with_both_sums(self, call: Call, operator: Signed) -> None:
        run = a_run_with_a_difference()

        found = call(app, as_=operator, run_id=run.id).json["differences"]

        (kopeck,) = [each for each in found if each["kind"] == "payment_amount"]
        assert (kopeck["expected_kopecks"], kopeck["actual_kopecks"]) == (30_000_001, 30_000_000)
        assert (kopeck["state"], kopeck["days_open"], kopeck["age"]) == ("open", 0, "0-1")

    @pytest.mark.parametrize(
        ("days", "age"), [(1, "0-1"), (2, "2-3"), (3, "2-3"), (4, "4-7"), (7, "4-7"), (8, "8+")]
    )
    def test_groups_them_by_age(self, call: Call, operator: Signed, days: int, age: str) -> None:
        run = a_run_with_a_difference(after_days=days)

        report = call(app, as_=operator, run_id=run.id).json

        (kopeck,) = [each for each in report["differences"] if each["kind"] == "payment_amount"]
        assert (kopeck["days_open"], kopeck["age"]) == (days, age)
        (bucket,) = [each for each in report["ages"] if each["age"] == age]
        assert bucket["count"] == sum(each["age"] == age for each in report["differences"])
        assert [each["age"] for each in report["ages"]] == ["0-1", "2-3", "4-7", "8+"]

    def test_of_nothing_is_absent(self, call: Call, operator: Signed) -> None:
        assert call(app, as_=operator, run_id=new_id()).code == "run_not_found"
