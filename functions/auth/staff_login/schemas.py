from pydantic import ConfigDict

from shared.auth.staff_sign_in import Challenge
from shared.http.fields import EmailField, PasswordField
from shared.http.inputs import RequestModel, ViewModel


class StaffLoginRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"email": "operator@example.ru", "password": "correct horse battery"}]
        }
    )

    email: EmailField
    password: PasswordField


class ChallengeView(ViewModel):
    """``expires_in``: seconds within which the second factor is taken, five tries."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"challenge_token": "Zm9yLWV4YW1wbGUtb25seS1uby10b2tlbi1hdC1hbGw", "expires_in": 300}
            ]
        }
    )

    challenge_token: str
    expires_in: int

    @classmethod
    def of(cls, challenge: Challenge) -> "ChallengeView":
        return cls(challenge_token=challenge.token, expires_in=challenge.expires_in)
