from shared.kernel.errors import Conflict, Forbidden


class NotTheClient(Forbidden):
    """Others of the deal see it, but don't accept for its client."""

    code = "not_the_client"

    def __init__(self) -> None:
        super().__init__("Принять или отклонить исполнение может только заказчик сделки.")


class NoMilestone(Conflict):
    """Another rule releases the step's money."""

    code = "step_without_milestone"

    def __init__(self, step_no: int) -> None:
        super().__init__(f"Деньги шага № {step_no} передаются не по событию: сообщать о нём не нужно.")


class AlreadyAsked(Conflict):
    code = "acceptance_already_asked"

    def __init__(self) -> None:
        super().__init__("Клиент уже получил это уведомление: дождитесь его ответа или окончания срока.")


class AlreadyAccepted(Conflict):
    code = "already_accepted"

    def __init__(self) -> None:
        super().__init__("Это уже принято.")


class NothingToAccept(Conflict):
    """Nobody has asked, or it is settled."""

    code = "nothing_to_accept"

    def __init__(self) -> None:
        super().__init__("Здесь нечего принимать: исполнитель не сообщал об исполнении, или ответ уже дан.")


class DealNotGoingOn(Conflict):
    code = "deal_not_going_on"

    def __init__(self, label: str) -> None:
        super().__init__(f"Сделка сейчас «{label}»: сообщить об исполнении или принять его нельзя.")
