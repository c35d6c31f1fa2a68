"""An organization's admin changes its card; what an operator has checked at the approval stays as it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.organizations import service as organizations
from shared.organizations.cards import Card, opened
from shared.organizations.errors import (
    OrganizationClosed,
    OrganizationDetailsFixed,
    OrganizationIncomplete,
)
from shared.organizations.models import Organization, OrganizationStatus
from shared.users.errors import NothingToChange
from shared.vault import service as vault
from shared.vault.service import Sealer

#: new values by column
Changes = Mapping[str, str | int | None]

#: what names the legal entity: checked by an operator, and in every contract since
FIXED: Final = frozenset({"name", "short_name", "inn", "kpp", "ogrn"})
_PLAIN: Final = frozenset(
    {"name", "short_name", "kpp", "ogrn", "legal_address", "city", "tax_regime", "agent_share_bps"}
)
_SEALED: Final = frozenset({"inn", "email", "phone"})
#: without which no contract of an active organization can be written
_NEEDED: Final = frozenset({"city", "tax_regime"})
#: nothing personal: their values may stand in the audit log
_TOLD: Final = ("tax_regime", "agent_share_bps")


def change(
    session: Session,
    *,
    organization_id: UUID,
    changes: Changes,
    actor: Actor,
    now: datetime,
) -> Card:
    """:param changes: new values by column, valid and normalised
    :raises NothingToChange: no field is named
    :raises OrganizationClosed: it is blocked or rejected
    :raises OrganizationDetailsFixed: ``FIXED`` once it is active
    :raises OrganizationIncomplete: an active organization would lose what its contracts name
    :raises OrganizationExists: the ИНН is another's
    """
    if not changes:
        raise NothingToChange
    row = organizations.organization(session, organization_id, lock=True)
    _require_open(row, changes)
    before = {name: getattr(row, name) for name in _TOLD}
    if "inn" in changes:
        _take_inn(session, row, str(changes["inn"]))
    sealer = Sealer(vault.key_of(session, row.id), table=Organization.__tablename__, row=row.id)
    for name, value in changes.items():
        if name in _SEALED:
            setattr(row, name, sealer.seal(name, str(value)))
        elif name in _PLAIN:
            setattr(row, name, value)
        else:
            raise TypeError(f"{name} is no field of an organization")
    session.flush()
    audit.record(
        session,
        actor,
        "organization.changed",
        entity=("organization", row.id),
        before=before,
        after={"fields": ", ".join(sorted(changes)), **{name: getattr(row, name) for name in _TOLD}},
        now=now,
    )
    return opened(session, row)


def _require_open(row: Organization, changes: Changes) -> None:
    if row.status is OrganizationStatus.ACTIVE:
        if FIXED & changes.keys():
            raise OrganizationDetailsFixed
        if any(changes.get(name, "") is None for name in _NEEDED):
            raise OrganizationIncomplete
    elif row.status is not OrganizationStatus.PENDING:
        raise OrganizationClosed


def _take_inn(session: Session, row: Organization, inn: str) -> None:
    organizations.require_free(session, inn, but=row.id)
    row.inn_index = vault.index_of("inn", inn)
