"""Who belongs to an organization, as its admins and the staff see it; and the basis of a signer as it is given."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from shared.http.inputs import RequestModel, ViewModel
from shared.kernel.clock import moscow_date, utc_now
from shared.organizations.member_views import MemberLine, RoleLine, Standing
from shared.organizations.models import BasisKind, MemberRole
from shared.organizations.terms import Authority

EXAMPLE: Final[dict[str, Any]] = {
    "standing": "active",
    "user_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
    "invitation_id": None,
    "full_name": "Кузнецов Пётр Андреевич",
    "address": None,
    "roles": [
        {
            "member_role": "signer",
            "share_bps": None,
            "position": "Генеральный директор",
            "basis": "Устав",
            "basis_kind": "charter",
            "basis_valid_until": None,
            "checked_at": "2026-11-25T10:00:00Z",
        }
    ],
    "since": "2026-11-24T10:00:00Z",
}
POWER_EXAMPLE: Final[dict[str, Any]] = {
    "position": "Коммерческий директор",
    "kind": "power_of_attorney",
    "number": "5",
    "issued_on": "2026-11-01",
    "valid_until": "2027-10-31",
    "scope": "Подписание договоров с клиентами и агентами",
}


def _issued(day: date) -> date:
    if day > moscow_date(utc_now()):
        raise ValueError("Доверенность ещё не выдана: проверьте дату.")
    return day


def _still_valid(day: date) -> date:
    if day < moscow_date(utc_now()):
        raise ValueError("Срок доверенности уже истёк.")
    return day


class AuthorityField(RequestModel):
    """What entitles a signer. A power of attorney has number, dates and scope; a charter has none of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [POWER_EXAMPLE]})

    #: in the nominative, as documents will decline it
    position: Annotated[str, Field(min_length=3, max_length=100, pattern=r"^[^\W\d_][\w .,()«»\-]*$")]
    kind: BasisKind
    number: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\w./\-]+$")] | None = None
    issued_on: Annotated[date, AfterValidator(_issued)] | None = None
    valid_until: Annotated[date, AfterValidator(_still_valid)] | None = None
    scope: Annotated[str, Field(min_length=5, max_length=500)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        given = [self.number, self.issued_on, self.valid_until, self.scope]
        if self.kind is BasisKind.POWER_OF_ATTORNEY and None in given:
            raise ValueError("У доверенности укажите номер, дату выдачи, срок и полномочия.")
        if self.kind is BasisKind.CHARTER and any(each is not None for each in given):
            raise ValueError("Для устава номер, даты и полномочия не указывают.")
        return self

    def authority(self) -> Authority:
        return Authority(self.position, self.kind, self.number, self.issued_on, self.valid_until, self.scope)


class RoleView(ViewModel):
    """``share_bps`` is an agent's own; the basis is a signer's, who signs once an operator has checked it."""

    member_role: MemberRole
    share_bps: int | None
    position: str | None
    basis: str | None
    basis_kind: BasisKind | None
    basis_valid_until: date | None
    checked_at: datetime | None

    @classmethod
    def of(cls, line: RoleLine) -> Self:
        return cls(**line._asdict())


class MemberView(ViewModel):
    """A member has ``user_id`` and name; whoever is invited, ``invitation_id`` and a masked address."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    standing: Standing
    user_id: UUID | None
    invitation_id: UUID | None
    full_name: str | None
    address: str | None
    roles: list[RoleView]
    since: datetime

    @classmethod
    def of(cls, line: MemberLine) -> Self:
        return cls(
            standing=line.standing,
            user_id=line.user_id,
            invitation_id=line.invitation_id,
            full_name=line.full_name,
            address=line.address,
            roles=[RoleView.of(role) for role in line.roles],
            since=line.since,
        )
