from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.receipts.binding import BindingFacts


class BindingView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "bound", "permissions": ["INCOME_REGISTRATION"]}]}
    )

    #: "none", "requested", "waiting", "bound", "rejected"
    status: str
    permissions: list[str]

    @classmethod
    def of(cls, facts: BindingFacts) -> "BindingView":
        return cls(status=facts.status or "none", permissions=list(facts.permissions))
