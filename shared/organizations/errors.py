"""What organizations refuse.

The tree::

    OrganizationNotFound     NotFound   also somebody else's
    OrganizationExists       Conflict
    OrganizationIncomplete   Conflict
    OrganizationClosed       Conflict   rejected or blocked
    OrganizationUnproved     Conflict   no admin of it has proved phone and e-mail
    OrganizationDetailsFixed Conflict   what an operator has checked, only he changes
    OrganizationStateWrong   Conflict
    AgentNotFound            NotFound   nobody verified that phone
    AgentNotSelfEmployed     Conflict
    AgentIsStaff             Conflict
    SubcontractExists        Conflict
    SubcontractNotFound      NotFound
    SubcontractNotSigned     Conflict
    ShareNeeded              Invalid
"""

from shared.db.errors import on_constraint
from shared.kernel.errors import Conflict, Invalid, NotFound


class OrganizationNotFound(NotFound):
    code = "organization_not_found"

    def __init__(self) -> None:
        super().__init__("Организация не найдена.")


class OrganizationExists(Conflict):
    code = "organization_exists"

    def __init__(self) -> None:
        super().__init__("Организация с таким ИНН уже зарегистрирована.")


class OrganizationIncomplete(Conflict):
    code = "organization_incomplete"

    def __init__(self) -> None:
        super().__init__(
            "В карточке организации не хватает данных: укажите город, налоговый режим, КПП и ОГРН."
        )


class OrganizationClosed(Conflict):
    code = "organization_closed"

    def __init__(self) -> None:
        super().__init__("Организация заблокирована или не прошла проверку. Обратитесь в поддержку.")


class OrganizationUnproved(Conflict):
    code = "organization_unproved"

    def __init__(self) -> None:
        super().__init__("Ни один администратор организации ещё не подтвердил и телефон, и почту.")


class OrganizationDetailsFixed(Conflict):
    code = "organization_details_fixed"

    def __init__(self) -> None:
        super().__init__(
            "Название, ИНН, КПП и ОГРН уже проверены. Чтобы изменить их, обратитесь в поддержку."
        )


class OrganizationStateWrong(Conflict):
    code = "organization_state_wrong"

    def __init__(self) -> None:
        super().__init__("Организация сейчас в другом состоянии: обновите её карточку.")


class AgentNotFound(NotFound):
    code = "agent_not_found"

    def __init__(self) -> None:
        super().__init__("Агент с таким телефоном ещё не зарегистрирован. Попросите его войти в Housler.")


class AgentNotSelfEmployed(Conflict):
    """A service contract at a share of the price is for НПД payers with an ИНН (422-ФЗ art. 4, 14)."""

    code = "agent_not_self_employed"

    def __init__(self) -> None:
        super().__init__(
            "Агент не указал в профиле статус самозанятого, ИНН или ФИО. Без них договор не заключить."
        )


class AgentIsStaff(Conflict):
    """An employer can't buy services from his own employee under НПД (422-ФЗ art. 6(2))."""

    code = "agent_is_staff"

    def __init__(self) -> None:
        super().__init__(
            "Этот человек — сотрудник агентства: договор с ним как с самозанятым заключить нельзя."
        )


class SubcontractExists(Conflict):
    code = "subcontract_exists"

    def __init__(self) -> None:
        super().__init__("С этим агентом договор уже есть. Завершите его, прежде чем заключать новый.")


class SubcontractNotFound(NotFound):
    code = "subcontract_not_found"

    def __init__(self) -> None:
        super().__init__("Договор с агентом не найден.")


class SubcontractNotSigned(Conflict):
    code = "subcontract_not_signed"

    def __init__(self) -> None:
        super().__init__("Завершить можно только подписанный договор, который ещё действует.")


class ShareNeeded(Invalid):
    code = "share_needed"

    def __init__(self) -> None:
        super().__init__("Укажите долю агента: ни у него, ни у организации доля по умолчанию не задана.")


class TerminalUnknown(Invalid):
    code = "terminal_unknown"

    def __init__(self) -> None:
        super().__init__("Такого терминала в настройках нет.")


on_constraint("uq_organizations_inn_index", OrganizationExists)
on_constraint("uq_service_subcontracts_live", SubcontractExists)
