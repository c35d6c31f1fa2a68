from typing import Annotated

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel
from shared.payments.part_sizes import MOST_PARTS


class DivideStepRequest(RequestModel):
    """Into how many parts; they are as equal as kopecks allow."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 2}]})

    count: Annotated[int, Field(strict=True, ge=2, le=MOST_PARTS)]
