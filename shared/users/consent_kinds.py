"""The consents there are and those that each door requires: read on every authenticated call, so no tables here."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Final

from shared.kernel.roles import Role


class ConsentKind(StrEnum):
    PERSONAL_DATA = "personal_data"
    TERMS = "terms"
    MARKETING = "marketing"
    REALTOR_OFFER = "realtor_offer"
    AGENCY_OFFER = "agency_offer"


_EVERYBODY: Final = frozenset({ConsentKind.PERSONAL_DATA, ConsentKind.TERMS})
_BY_ROLE: Final[Mapping[Role, AbstractSet[ConsentKind]]] = {
    Role.AGENT: _EVERYBODY | {ConsentKind.REALTOR_OFFER},
    # They work under a contract of employment.
    Role.OPERATOR: frozenset(),
    Role.ADMIN: frozenset(),
}


def required(role: Role) -> AbstractSet[ConsentKind]:
    """What a person needs before he may do more through this role's door than read himself and fill in the rest."""
    return _BY_ROLE.get(role, _EVERYBODY)
