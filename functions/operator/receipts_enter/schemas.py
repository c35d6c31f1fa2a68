from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from shared.http.inputs import RequestModel
from shared.receipts.kkt_retrying import Registered

_Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]


class EnterReceiptRequest(RequestModel):
    """As the cash register's cabinet or the operator of fiscal data shows them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "document_number": "1001",
                    "storage_number": "9288000100115785",
                    "attribute": "3504493341",
                }
            ]
        }
    )

    document_number: _Digits
    storage_number: _Digits
    attribute: _Digits

    def registered(self) -> Registered:
        return Registered(self.document_number, self.storage_number, self.attribute)
