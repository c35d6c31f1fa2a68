"""What the membership of an organization refuses.

The tree::

    MemberNotFound        NotFound
    MemberExists          Conflict   he has that role already
    RoleNotHeld           Conflict
    MemberNeedsRole       Conflict   whoever has no role left is removed, not changed
    NotASigner            Conflict
    LastAdmin             Conflict
    MemberUnderContract   Conflict   his service contract must be ended first
    ContractorIsNoStaff   Conflict   who works under a service contract is nobody's employee
    SignerChecked         Conflict
    AuthorityExpired      Conflict
"""

from shared.db.errors import on_constraint
from shared.kernel.errors import Conflict, NotFound


class MemberNotFound(NotFound):
    code = "member_not_found"

    def __init__(self) -> None:
        super().__init__("Такого участника в организации нет.")


class MemberExists(Conflict):
    code = "member_exists"

    def __init__(self) -> None:
        super().__init__("У этого человека уже есть такая роль в организации.")


class RoleNotHeld(Conflict):
    code = "role_not_held"

    def __init__(self) -> None:
        super().__init__("У этого участника нет роли, которую вы снимаете.")


class MemberNeedsRole(Conflict):
    code = "member_needs_role"

    def __init__(self) -> None:
        super().__init__("Это последняя роль участника. Чтобы снять и её, удалите его из организации.")


class NotASigner(Conflict):
    code = "not_a_signer"

    def __init__(self) -> None:
        super().__init__("Должность и основание есть только у подписанта. Сначала назначьте его.")


class LastAdmin(Conflict):
    code = "last_admin"

    def __init__(self) -> None:
        super().__init__("Это последний администратор организации. Сначала назначьте другого.")


class MemberUnderContract(Conflict):
    code = "member_under_contract"

    def __init__(self) -> None:
        super().__init__("С этим агентом действует договор. Сначала завершите его.")


class ContractorIsNoStaff(Conflict):
    """An employer can't buy services from his own employee under НПД (422-ФЗ art. 6(2))."""

    code = "contractor_is_no_staff"

    def __init__(self) -> None:
        super().__init__(
            "Этот человек работает с организацией по договору как самозанятый, поэтому её сотрудником быть не может."
        )


class SignerChecked(Conflict):
    code = "signer_checked_already"

    def __init__(self) -> None:
        super().__init__("Основание полномочий этого подписанта уже проверено.")


class AuthorityExpired(Conflict):
    code = "authority_expired"

    def __init__(self) -> None:
        super().__init__("Срок доверенности истёк. Нужна новая.")


on_constraint("uq_organization_members_live", MemberExists)
