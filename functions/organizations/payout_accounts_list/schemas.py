from pydantic import ConfigDict

from shared.http.pagination import PageView
from shared.http.payout_account_view import EXAMPLE, PayoutAccountView


class PayoutAccountPage(PageView[PayoutAccountView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
