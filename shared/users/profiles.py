"""Changing one's own profile: what is personal is sealed, what is searched gets a blind index."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.users.errors import NothingToChange
from shared.users.models import TaxStatus, UserProfile
from shared.vault import service as vault
from shared.vault.service import Sealer

#: of ``Profile.passport``: four digits, six digits, ISO date, text, "123-456"
PASSPORT_FIELDS: Final = ("series", "number", "issued_on", "issued_by", "department_code")

Changes = Mapping[str, str | dict[str, str] | None]


def update(session: Session, *, actor: Actor, user_id: UUID, changes: Changes, now: datetime) -> None:
    """Write the named fields; None clears one, a field that isn't named stays (RFC 7396).

    :param changes: of ``full_name``, ``inn``, ``address``, ``city``, ``tax_status``, ``passport``; values are valid
    :raises NothingToChange: no field is named
    """
    if not changes:
        raise NothingToChange
    row = session.get_one(UserProfile, user_id, with_for_update=True)
    sealer = Sealer(vault.key_of(session, user_id), table=UserProfile.__tablename__, row=user_id)
    tax_before = row.tax_status
    for name, value in changes.items():
        _write(row, sealer, name, value)
    row.updated_at = now
    audit.record(
        session,
        actor,
        "user.profile_changed",
        entity=("user", user_id),
        before={"tax_status": tax_before},
        after={"tax_status": row.tax_status, "fields": ",".join(sorted(changes))},
        now=now,
    )


def _write(row: UserProfile, sealer: Sealer, name: str, value: str | dict[str, str] | None) -> None:
    match name, value:
        case (("full_name" | "address"), (str() | None)):
            setattr(row, name, sealer.seal_optional(name, value))
        case "inn", (str() | None):
            row.inn = sealer.seal_optional("inn", value)
            row.inn_index = None if value is None else vault.index_of("inn", value)
        case "city", (str() | None):
            row.city = value
        case "tax_status", (str() | None):
            row.tax_status = None if value is None else TaxStatus(value)
        case "passport", (dict() | None):
            row.passport = None if value is None else sealer.seal("passport", json.dumps(value))
            row.passport_index = (
                None if value is None else vault.index_of("passport", value["series"] + value["number"])
            )
        case _:
            raise TypeError(f"a profile has no such field: {name}")
