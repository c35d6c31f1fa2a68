"""Who calls: the session behind the access token, the role of its door, the organization he acts for."""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access.rights import Reach, Right
from shared.audit.service import Actor
from shared.auth import session_check
from shared.auth.session_check import ActingFor
from shared.config import auth, secrets
from shared.http import cookies
from shared.http.edge import RawRequest, RequestFacts
from shared.kernel.errors import Forbidden, NotFound, Unauthenticated
from shared.kernel.roles import Role
from shared.security import access_tokens
from shared.users.consent_kinds import required

_SCHEME: Final = "bearer"


class Access(StrEnum):
    PUBLIC = "public"


PUBLIC: Final = Access.PUBLIC


class Principal(NamedTuple):
    user_id: UUID
    session_id: UUID
    role: Role
    #: how far the operation lets him reach
    reach: Reach
    #: the organization he acts for: chosen by ``X-Organization-Id``, or his only one
    organization_id: UUID | None

    def actor(self, facts: RequestFacts) -> Actor:
        """As the audit log names him."""
        return Actor(self.user_id, facts.ip, facts.user_agent)


class SignInNeeded(Unauthenticated):
    code = "sign_in_needed"

    def __init__(self) -> None:
        super().__init__("Войдите в систему, чтобы продолжить.")


class RoleNotAllowed(Forbidden):
    code = "role_not_allowed"

    def __init__(self) -> None:
        super().__init__("Вашей роли это действие недоступно.")


class ConsentsNeeded(Forbidden):
    code = "consents_needed"

    def __init__(self) -> None:
        super().__init__("Сначала примите обязательные согласия в профиле.")


class AccountBlocked(Forbidden):
    code = "account_blocked"

    def __init__(self) -> None:
        super().__init__("Аккаунт заблокирован: доступны только просмотр, выписка и ваши данные.")


class OrganizationPending(Forbidden):
    code = "organization_pending"

    def __init__(self) -> None:
        super().__init__(
            "Организация ещё не подтверждена. Заполните её карточку, подтвердите телефон и почту "
            "и дождитесь проверки оператором."
        )


class OrganizationBlocked(Forbidden):
    code = "organization_blocked"

    def __init__(self) -> None:
        super().__init__("Организация заблокирована: доступен только просмотр.")


class OrganizationUnknown(NotFound):
    code = "organization_not_found"

    def __init__(self) -> None:
        super().__init__("Организация не найдена.")


def act_for(caller: Principal, organization_id: UUID) -> UUID:
    """The organization in the path, if it is the one that the caller acts for; staff reach every one.

    :raises OrganizationUnknown: another's, or none
    """
    if caller.reach is not Reach.ANY and caller.organization_id != organization_id:
        raise OrganizationUnknown
    return organization_id


def identify(
    session: Session,
    request: RawRequest,
    claims: access_tokens.AccessClaims,
    *,
    access: Right,
    open_to_incomplete: bool,
    open_to_blocked: bool,
    open_to_pending: bool,
    now: datetime,
) -> Principal:
    """Check session, account state, role and organization: one query.

    :raises SignInNeeded: the session is over
    :raises RoleNotAllowed: the door's role may not do this
    :raises ConsentsNeeded: without what his door requires a person reaches only what is open to the incomplete
    :raises AccountBlocked: a blocked person reaches only what is open to him
    :raises OrganizationPending, OrganizationBlocked: such an organization's admin changes only what is open to it
    :raises OrganizationUnknown: ``X-Organization-Id`` names none of his
    """
    found = session_check.find(session, claims.session_id, now=now)
    if found is None:
        raise SignInNeeded
    role = Role(found.role)
    reach = access.reach(role)
    if reach is Reach.NONE:
        raise RoleNotAllowed
    if found.user_status == "blocked":  # he may give no consents, but look all the same
        if not open_to_blocked:
            raise AccountBlocked
    elif not open_to_incomplete and not required(role) <= found.consents:
        raise ConsentsNeeded
    organization = _organization(request, found.organizations)
    if reach is Reach.AGENCY and organization is not None and not open_to_pending:
        _require_active(organization)
    organization_id = None if organization is None else organization.id
    return Principal(found.user_id, found.session_id, role, reach, organization_id)


def claims_of(request: RawRequest, *, changes: bool, now: datetime) -> access_tokens.AccessClaims:
    """What the token says, without a look at the database: a Bearer token, else that of the cabinets' cookie.

    :param changes: the operation changes something, so that a cookie alone doesn't do
    :raises SignInNeeded: no token, or not a valid one
    :raises RequestForged: a cookie without its CSRF token
    """
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        return _read(token.strip() if scheme.lower() == _SCHEME else "", now)
    claims = _read(cookies.value_of(request, cookies.ACCESS) or "", now)
    if changes:
        cookies.require_csrf_token(request, claims.session_id)
    return claims


def _read(token: str, now: datetime) -> access_tokens.AccessClaims:
    try:
        return access_tokens.read(token, keys=secrets.token_keys(), issuer=auth.load().issuer, now=now)
    except access_tokens.TokenRefused:
        raise SignInNeeded from None


def _organization(request: RawRequest, memberships: tuple[ActingFor, ...]) -> ActingFor | None:
    chosen = request.headers.get("x-organization-id")
    if chosen is None:
        return memberships[0] if len(memberships) == 1 else None
    found = next((each for each in memberships if str(each.id) == chosen.lower()), None)
    if found is None:
        raise OrganizationUnknown
    return found


def _require_active(organization: ActingFor) -> None:
    if organization.status == "blocked":
        raise OrganizationBlocked
    if organization.status != "active":
        raise OrganizationPending
