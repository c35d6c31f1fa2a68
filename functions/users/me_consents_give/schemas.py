from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel
from shared.users.consent_kinds import ConsentKind


class GiveConsentsRequest(RequestModel):
    """Each consent is given by naming it; withdrawing one is another action."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"consents": {"personal_data": True, "terms": True, "realtor_offer": True}}]
        }
    )

    consents: Annotated[dict[ConsentKind, Literal[True]], Field(min_length=1)]
