from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel
from shared.organizations.payout_account_models import PayoutAccountKind


class AddPayoutAccountRequest(RequestModel):
    """``bank_id``: the twelve digits by which СБП names a bank; the phone is the caller's verified one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "sbp_phone", "bank_id": "100000000111"}]}
    )

    kind: Literal[PayoutAccountKind.SBP_PHONE]
    bank_id: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
