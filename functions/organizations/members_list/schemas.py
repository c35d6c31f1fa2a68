from pydantic import ConfigDict

from shared.http.member_view import EXAMPLE, MemberView
from shared.http.pagination import PageView


class MemberPage(PageView[MemberView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
