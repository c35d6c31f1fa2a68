"""Who performs: a self-employed agent for himself, or the agency that he has a signed subcontract with."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.deals.errors import NotPayable, OrganizationNotActive, ProfileIncomplete, SubcontractNeeded
from shared.deals.models import ExecutorKind
from shared.kernel.money import ALL_BPS
from shared.kernel.tax import TaxRegime
from shared.organizations import service as organizations
from shared.organizations import subcontracts
from shared.organizations.models import OrganizationStatus
from shared.users import service as users
from shared.users.models import TaxStatus
from shared.vault import service as vault


class ChosenExecutor(NamedTuple):
    kind: ExecutorKind
    user_id: UUID | None
    organization_id: UUID | None
    name: str
    tax_regime: TaxRegime
    split_rule: list[dict[str, Any]]
    subcontract_id: UUID | None
    #: every blind index of the phones that can't be the client's
    phone_indexes: frozenset[bytes]


def choose(
    session: Session, *, kind: ExecutorKind, agent_id: UUID, organization_id: UUID | None
) -> ChosenExecutor:
    """The executor with his tax regime and the rule that shares the commission's base.

    :raises ProfileIncomplete: the agent's name or INN is missing
    :raises NotPayable: the agent has no tax status that can be paid
    :raises SubcontractNeeded: he has no signed contract with the agency
    :raises OrganizationNotActive: the agency is not approved
    """
    agent = users.profile_of(session, agent_id)
    if agent.full_name is None:
        raise ProfileIncomplete("имя, фамилия и отчество")
    if agent.inn is None:
        raise ProfileIncomplete("ИНН")
    if agent.tax_status is not TaxStatus.SELF_EMPLOYED:
        raise NotPayable
    if kind is ExecutorKind.USER:
        return _alone(session, agent_id, agent.full_name)
    if organization_id is None:
        raise SubcontractNeeded
    return _for_agency(session, agent_id, organization_id)


def _alone(session: Session, agent_id: UUID, name: str) -> ChosenExecutor:
    return ChosenExecutor(
        ExecutorKind.USER,
        agent_id,
        None,
        name,
        TaxRegime.NPD,
        [{"line": "agent", "owner_kind": "user", "owner_id": str(agent_id), "bps": ALL_BPS}],
        None,
        _phones(session, {agent_id}),
    )


def _for_agency(session: Session, agent_id: UUID, organization_id: UUID) -> ChosenExecutor:
    subcontract = subcontracts.live(session, organization_id, agent_id)
    if subcontract is None:
        raise SubcontractNeeded
    agency = organizations.requisites(session, organization_id)
    if agency.status is not OrganizationStatus.ACTIVE:
        raise OrganizationNotActive
    shares = [
        ("agency", "org", organization_id, ALL_BPS - subcontract.share_bps),
        ("agent", "user", agent_id, subcontract.share_bps),
    ]
    return ChosenExecutor(
        ExecutorKind.ORG,
        None,
        organization_id,
        agency.name,
        agency.tax_regime,
        [
            {"line": line, "owner_kind": kind, "owner_id": str(owner_id), "bps": bps}
            for line, kind, owner_id, bps in shares
        ],
        subcontract.id,
        _phones(session, organizations.member_ids(session, organization_id) | {agent_id}),
    )


def _phones(session: Session, user_ids: set[UUID]) -> frozenset[bytes]:
    contacts = [users.contacts_of(session, user_id) for user_id in user_ids]
    phones = [each.phone for each in contacts if each.phone is not None]
    return frozenset(index for phone in phones for index in vault.indexes_of("phone", phone))
