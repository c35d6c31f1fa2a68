from pydantic import ConfigDict

from shared.http import statement_view
from shared.http.file_field import FileField
from shared.http.inputs import RequestModel
from shared.http.statement_view import StatementView
from shared.reconciliation.importing import TakenStatement


class TakeStatementRequest(RequestModel):
    """A file of the 1C exchange (``1CClientBankExchange``), or CSV with its documented columns."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"content_base64": "MUNDbGllbnRCYW5rRXhjaGFuZ2UK"}]}
    )

    content_base64: FileField


class TakenStatementView(StatementView):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**statement_view.EXAMPLE, "lines_doubtful": 0, "already_taken": False}]
        }
    )

    #: lines of this file that a person must look at
    lines_doubtful: int
    already_taken: bool

    @classmethod
    def of(cls, taken: TakenStatement) -> "TakenStatementView":
        return cls(
            **statement_view.fields_of(taken.statement),
            lines_doubtful=taken.doubtful,
            already_taken=taken.already_taken,
        )
