from pydantic import ConfigDict

from shared.http.payout_account_view import PayoutAccountFields


class AddOrganizationAccountRequest(PayoutAccountFields):
    """An organization is paid to its settlement account: other kinds are refused."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "bank_account",
                    "bik": "044525225",
                    "account": "40702810200000000001",
                    "holder": "ООО «Дом и ключи»",
                }
            ]
        }
    )
