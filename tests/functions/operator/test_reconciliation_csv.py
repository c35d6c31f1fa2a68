import csv
import io

from functions.operator.reconciliation_csv.handler import app
from tests.functions.conftest import Call, Signed
from tests.functions.operator.reconciling import a_run_with_a_difference


class TestAComparisonAsATable:
    def test_has_a_row_for_each_difference(self, call: Call, operator: Signed) -> None:
        run = a_run_with_a_difference()

        reply = call(app, as_=operator, run_id=run.id)

        assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert reply.headers["Content-Disposition"] == f'attachment; filename="reconciliation-{run.id}.csv"'
        rows = list(csv.DictReader(io.StringIO(reply.text), delimiter=";"))
        assert len(rows) == run.standing
        (kopeck,) = [row for row in rows if row["kind"] == "payment_amount"]
        assert (kopeck["expected_kopecks"], kopeck["actual_kopecks"]) == ("30000001", "30000000")
        assert (kopeck["terminal"], kopeck["age"]) == ("yookassa", "0-1")
