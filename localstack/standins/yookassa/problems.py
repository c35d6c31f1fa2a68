"""The bank's own refusals: HTTP status and the body that its clients know."""

from uuid import uuid4

from localstack.standins.yookassa.bank import Document

CODES = {
    202: "processing",
    400: "invalid_request",
    401: "invalid_credentials",
    403: "forbidden",
    404: "not_found",
    500: "internal_server_error",
}


class Problem(Exception):
    def __init__(self, status: int, description: str, parameter: str | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameter = parameter

    def body(self) -> Document:
        body = {
            "type": "processing" if self.status == 202 else "error",  # noqa: PLR2004 -- HTTP's own number
            "id": str(uuid4()),
            "code": CODES[self.status],
            "description": self.description,
        }
        return body if self.parameter is None else {**body, "parameter": self.parameter}


def invalid(parameter: str, description: str) -> Problem:
    return Problem(400, description, parameter)
