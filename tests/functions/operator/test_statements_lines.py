from sqlalchemy import select

from functions.operator.statements_lines.handler import app
from shared.audit.models import AuditLog
from shared.db.session import Transactions
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from tests.functions.conftest import Call, Signed
from tests.functions.operator.test_statements_take import bring
from tests.shared.payments.world import count_of
from tests.shared.reconciliation.files import OUR_INN, OURS, STRANGERS, Document, exchange, windows

STRANGE = Document(
    "5", Money(10_00), other_account=STRANGERS, other_inn="", other_name="Петров Пётр", purpose="За"
)
COVER = Document("6", Money(20_00), other_account=OURS, other_inn=OUR_INN)
FILE = windows(exchange(STRANGE, COVER))


class TestTheLinesOfAStatement:
    def test_say_who_paid_what_for(self, call: Call, operator: Signed) -> None:
        statement_id = bring(call, operator, FILE).json["id"]

        strange, cover = call(app, as_=operator, statement_id=statement_id).json["items"]

        assert (strange["counterparty_name"], strange["purpose"]) == ("Петров Пётр", "За")
        assert strange["masked_counterparty_account"] == "40817···0099"
        assert (strange["meaning"], strange["settled"]) == ("unknown", False)
        assert (cover["meaning"], cover["settled"]) == ("own_transfer", True)

    def test_may_be_only_those_to_look_at(self, call: Call, operator: Signed) -> None:
        statement_id = bring(call, operator, FILE).json["id"]

        found = call(app, as_=operator, statement_id=statement_id, query={"unsettled": "true"}).json["items"]

        assert [line["number"] for line in found] == ["5"]

    def test_are_those_of_its_days_whichever_file_brought_them(self, call: Call, operator: Signed) -> None:
        bring(call, operator, FILE)
        again = bring(call, operator, FILE + b"\r\n").json

        found = call(app, as_=operator, statement_id=again["id"]).json["items"]

        assert (again["lines_new"], len(found)) == (0, 2)

    def test_are_read_on_the_record(self, call: Call, operator: Signed) -> None:
        statement_id = bring(call, operator, FILE).json["id"]
        call(app, as_=operator, statement_id=statement_id)

        with Transactions()() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "statement.read")).one()
        assert (line.actor_id, str(line.entity_id)) == (operator.user_id, statement_id)

    def test_of_nothing_are_absent(self, call: Call, operator: Signed) -> None:
        assert call(app, as_=operator, statement_id=new_id()).code == "statement_not_found"
        assert count_of(AuditLog, AuditLog.action == "statement.read") == 0
