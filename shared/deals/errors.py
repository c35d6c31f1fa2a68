from shared.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
)


class DealNotFound(NotFound):
    """Also somebody else's deal, so that ids can't be probed."""

    code = "deal_not_found"

    def __init__(self) -> None:
        super().__init__("Сделка не найдена.")


class NoAdvance(NotFound):
    code = "no_advance"

    def __init__(self) -> None:
        super().__init__("В условиях сделки нет аванса.")


class StepNotFound(NotFound):
    code = "step_not_found"

    def __init__(self, step_no: int) -> None:
        super().__init__(f"В плане платежей сделки нет шага № {step_no}.")


class TransitionNotAllowed(Conflict):
    code = "deal_transition_not_allowed"

    def __init__(self, from_label: str, to_label: str) -> None:
        super().__init__(f"Сделка сейчас «{from_label}»: перевести её в «{to_label}» нельзя.")


class DealNotPayable(Conflict):
    code = "deal_not_payable"

    def __init__(self, label: str) -> None:
        super().__init__(f"Сделка сейчас «{label}»: принять оплату нельзя.")


class DealChanged(PreconditionFailed):
    code = "deal_changed"

    def __init__(self) -> None:
        super().__init__("Сделку уже изменили. Обновите страницу и повторите.")


class IfMatchNeeded(PreconditionRequired):
    code = "if_match_needed"

    def __init__(self) -> None:
        super().__init__("Нужен заголовок If-Match с ETag сделки: он защищает от чужих одновременных правок.")


class ProfileIncomplete(Invalid):
    """An executor without name, INN or tax status can't be a party."""

    code = "profile_incomplete"

    def __init__(self, what: str) -> None:
        super().__init__(f"Заполните профиль: {what}.")


class NotPayable(Invalid):
    """Nobody can be paid without a tax status; an agency's employee is paid by his agency."""

    code = "agent_not_payable"

    def __init__(self) -> None:
        super().__init__("Для такой сделки нужен статус самозанятого: укажите его в профиле.")


class SubcontractNeeded(Conflict):
    code = "subcontract_needed"

    def __init__(self) -> None:
        super().__init__("Сначала подпишите с агентством договор подряда: без него долю агента не выплатить.")


class OrganizationNotActive(Forbidden):
    code = "organization_not_active"

    def __init__(self) -> None:
        super().__init__("Агентство ещё не проверено оператором.")


class PartiesCollide(Invalid):
    """Nobody is client and executor in one deal; the agent's own phone is refused for the client."""

    code = "parties_collide"

    def __init__(self) -> None:
        super().__init__("Телефон клиента совпадает с телефоном исполнителя. Укажите телефон самого клиента.")


class PlanDoesNotSum(Invalid):
    code = "plan_does_not_sum"

    def __init__(self, plan: str, commission: str) -> None:
        super().__init__(f"Сумма шагов плана ({plan}) не равна вознаграждению ({commission}).")


class AdvanceTooSmall(Invalid):
    code = "advance_too_small"

    def __init__(self, least: str) -> None:
        super().__init__(f"Аванс должен быть не меньше {least}.")


class DealTypeNotReady(Invalid):
    code = "deal_type_not_ready"

    def __init__(self) -> None:
        super().__init__("Для этого типа сделки шаблона договора пока нет.")
