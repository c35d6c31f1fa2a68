from pydantic import ConfigDict

from shared.http.intent_view import EXAMPLE, IntentView
from shared.http.pagination import PageView


class IntentPage(PageView[IntentView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
