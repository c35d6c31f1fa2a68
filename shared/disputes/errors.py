from shared.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shared.kernel.money import Money


class DisputeNotFound(NotFound):
    code = "dispute_not_found"

    def __init__(self) -> None:
        super().__init__("Спор не найден.")


class DisputeNotOpen(Conflict):
    code = "dispute_not_open"

    def __init__(self) -> None:
        super().__init__("Спор уже закрыт.")


class NoOpenDispute(Conflict):
    code = "no_open_dispute"

    def __init__(self) -> None:
        super().__init__("По этой сделке нет открытого спора.")


class NotYourDispute(Forbidden):
    """Only who opened it takes it back."""

    code = "not_your_dispute"

    def __init__(self) -> None:
        super().__init__("Отозвать спор может только тот, кто его открыл.")


class DisputeTooLarge(Invalid):
    """There is less money than the dispute, or its decision, is about."""

    code = "dispute_too_large"

    def __init__(self, amount: Money, left: Money) -> None:
        super().__init__(f"Сумма {amount} больше той, о которой идёт спор: {left}.")
