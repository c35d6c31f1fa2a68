from pydantic import ConfigDict

from shared.http.fields import PasswordField
from shared.http.inputs import RequestModel


class ChangePasswordRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"current_password": "correct horse battery", "new_password": "seven elephants eat cherries"}
            ]
        }
    )

    current_password: PasswordField
    new_password: PasswordField
