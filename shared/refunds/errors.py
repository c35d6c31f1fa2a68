from shared.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shared.kernel.money import Money


class RefundNotFound(NotFound):
    """Also somebody else's."""

    code = "refund_not_found"

    def __init__(self) -> None:
        super().__init__("Возврат не найден.")


class RefundTooLarge(Invalid):
    """More than what has neither gone back nor is about to."""

    code = "refund_too_large"

    def __init__(self, amount: Money, left: Money) -> None:
        super().__init__(f"Вернуть {amount} нельзя: из платежа осталось {left}.")


class NoPartialRefunds(Conflict):
    """The bank that collected gives back whole payments only."""

    code = "no_partial_refunds"

    def __init__(self, whole: Money) -> None:
        super().__init__(f"Банк, принявший этот платёж, возвращает его только целиком: {whole}.")


class RefundOfDisputed(Conflict):
    """What happens to disputed money is the staff's to decide."""

    code = "deal_in_dispute"

    def __init__(self) -> None:
        super().__init__("По сделке открыт спор: вернуть деньги может только поддержка Housler.")


class DisputedMoneyHeld(Conflict):
    """Set aside for a dispute: the decision says whose it is, and only then can it go back."""

    code = "disputed_money_held"

    def __init__(self) -> None:
        super().__init__("Деньги этого платежа удержаны до решения спора: сначала вынесите решение.")


class RefundNotWaiting(Conflict):
    """It was decided, or nobody decided in time."""

    code = "refund_not_waiting"

    def __init__(self, status: str) -> None:
        super().__init__(f"Возврат не ждёт согласования: его состояние — {status}.")


class RefundMayBeMade(Conflict):
    """Sent again now, it could be paid twice."""

    code = "refund_may_be_made"

    def __init__(self) -> None:
        super().__init__(
            "Отправить возврат ещё раз нельзя: его исход известен или банк ещё может его исполнить. "
            "Это возможно, когда банк сутки отвечает, что возврата нет."
        )


class OwnRefund(Forbidden):
    """Two pairs of eyes: who asks doesn't approve."""

    code = "own_refund"

    def __init__(self) -> None:
        super().__init__("Согласовать возврат должен другой сотрудник, не тот, кто его запросил.")


class NothingUnplaced(Conflict):
    """Only a payment that fits nothing is sent back whole, and once."""

    code = "payment_not_in_suspense"

    def __init__(self) -> None:
        super().__init__("Этот платёж не ждёт разбора: его разместили или уже возвращают.")
