"""The kinds of expected refusal. Each edge maps the kind; the error writes its own Russian sentence.

The tree::

    DomainError
      Invalid          422  the request can't be done as it stands
      Unauthenticated  401
      Forbidden        403
      NotFound         404  also somebody else's object
      Conflict         409
      PreconditionFailed   412
      PreconditionRequired 428
      TooMany          429
      Unavailable      503  an outside service did not answer
"""

from collections.abc import Mapping
from typing import ClassVar


class DomainError(Exception):
    """An expected refusal: ``detail`` is a Russian sentence for people, ``code`` a stable word for programs."""

    code: ClassVar[str] = "error"
    #: True when what was written before the refusal must stay (a wrong code counts as a try).
    keeps_work: ClassVar[bool] = False

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    #: Fields beside the sentence: {"field.path": "Russian sentence"}.
    errors: Mapping[str, str] = {}
    #: What a program needs to go on, beside the sentence; JSON-ready, nothing personal.
    facts: Mapping[str, object] = {}
    #: Seconds after which a repeat makes sense.
    retry_after_seconds: int | None = None


class Invalid(DomainError):
    code = "invalid"


class Unauthenticated(DomainError):
    code = "unauthenticated"


class Forbidden(DomainError):
    code = "forbidden"


class NotFound(DomainError):
    code = "not_found"


class Conflict(DomainError):
    code = "conflict"


class PreconditionFailed(DomainError):
    code = "precondition_failed"


class PreconditionRequired(DomainError):
    code = "precondition_required"


class TooMany(DomainError):
    code = "too_many_requests"


class Unavailable(DomainError):
    code = "unavailable"
