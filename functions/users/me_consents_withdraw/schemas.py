from datetime import datetime

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.users.consent_kinds import ConsentKind
from shared.users.consents import Withdrawal


class ConsentWithdrawnView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "marketing",
                    "withdrawn_at": "2026-11-24T10:00:00Z",
                    "consequences": ["Рекламы от нас больше не будет."],
                }
            ]
        }
    )

    kind: ConsentKind
    withdrawn_at: datetime
    #: sentences for the person: what changes for him, and what doesn't
    consequences: list[str]

    @classmethod
    def of(cls, withdrawal: Withdrawal) -> "ConsentWithdrawnView":
        return cls(
            kind=withdrawal.kind,
            withdrawn_at=withdrawal.withdrawn_at,
            consequences=list(withdrawal.consequences),
        )
