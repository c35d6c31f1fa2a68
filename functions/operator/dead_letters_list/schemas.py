from typing import Literal

from pydantic import ConfigDict

from shared.http.dead_letter_view import EXAMPLE, DeadLetterView
from shared.http.inputs import RequestModel, ViewModel


class ListDeadLettersQuery(RequestModel):
    #: by default all of them
    queue: Literal["bank_events", "sms_events", "render", "jobs"] | None = None


class DeadLettersView(ViewModel):
    """Oldest first, at most a hundred of each queue; those that another operator looks at are not among them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE]}]})

    items: list[DeadLetterView]
