from typing import Annotated

from pydantic import ConfigDict, Field

from shared.http.fields import Sha256Field
from shared.http.inputs import RequestModel


class AcceptAgreementRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": "1",
                    "sha256": "3f0a377ba0a4a460ecb616f6507ce0d8cfa3e704025d4fda3ed0c5ca05468728",
                }
            ]
        }
    )

    version: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}$")]
    sha256: Sha256Field
