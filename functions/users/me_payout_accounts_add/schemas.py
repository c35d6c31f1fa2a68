from pydantic import ConfigDict

from shared.http.payout_account_view import PayoutAccountFields


class AddPayoutAccountRequest(PayoutAccountFields):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "sbp_phone", "bank_id": "100000000111"},
                {
                    "kind": "bank_account",
                    "bik": "044525225",
                    "account": "40817810700000000001",
                    "holder": "Иванова Мария Петровна",
                },
                {"kind": "card", "token": "pt-2f1d7c9a-000f-5000-8000", "last4": "4444"},
            ]
        }
    )
