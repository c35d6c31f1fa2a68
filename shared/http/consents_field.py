"""Consents as registrations carry them: each named, the required ones true."""

from typing import Annotated

from pydantic import AfterValidator

from shared.http.inputs import RequestModel
from shared.users.consent_kinds import ConsentKind


def _given(value: bool) -> bool:  # noqa: FBT001 -- pydantic's hook
    if not value:
        raise ValueError("Без этого согласия зарегистрироваться нельзя.")
    return value


Required = Annotated[bool, AfterValidator(_given)]


class ConsentsField(RequestModel):
    """A registration's own class says which of the offers it requires."""

    personal_data: Required
    terms: Required
    marketing: bool = False
    realtor_offer: bool = False
    agency_offer: bool = False

    def given(self) -> frozenset[ConsentKind]:
        return frozenset(kind for kind in ConsentKind if getattr(self, kind.value))
