"""Refusals about payments. Kernel only: the webhook function, which has no database, raises some of them."""

from uuid import UUID

from shared.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from shared.kernel.money import Money


class IntentNotFound(NotFound):
    """Also somebody else's."""

    code = "intent_not_found"

    def __init__(self) -> None:
        super().__init__("Ссылка на оплату не найдена.")


class PaymentNotFound(NotFound):
    """Also somebody else's."""

    code = "payment_not_found"

    def __init__(self) -> None:
        super().__init__("Платёж не найден.")


class StepNotOpen(Conflict):
    """Paid, released or cancelled."""

    code = "step_not_open"

    def __init__(self, step_no: int) -> None:
        super().__init__(f"Шаг № {step_no} уже оплачен или отменён.")


class IntentOpen(Conflict):
    """A step has one open intent, so that nobody pays twice."""

    code = "intent_open"

    def __init__(self, intent_id: UUID) -> None:
        super().__init__(f"На этот шаг уже выставлена ссылка на оплату: {intent_id}. Отправьте клиенту её.")
        self.intent_id = intent_id


class ParticipantBlocked(Conflict):
    """No new money is asked for in deals of a blocked person."""

    code = "participant_blocked"

    def __init__(self) -> None:
        super().__init__(
            "Оплата по сделке приостановлена: аккаунт одного из её участников заблокирован. Напишите в поддержку."
        )


class TooMuchForOnePayment(Invalid):
    code = "too_much_for_one_payment"

    def __init__(self, amount: Money, limit: Money) -> None:
        super().__init__(
            f"По СБП можно принять не больше {limit} за раз, а шаг — {amount}. Разделите его на части в плане платежей."
        )


class TooMuchForOnePayout(Invalid):
    """A person's share of the step is more than the rail that pays him out carries."""

    code = "too_much_for_one_payout"

    def __init__(self, share: Money, limit: Money) -> None:
        super().__init__(
            f"По СБП можно выплатить исполнителю не больше {limit} за раз, а его доля в этом шаге — {share}. "
            "Разделите шаг на части в плане платежей."
        )


class TooLittleForOnePayment(Invalid):
    code = "too_little_for_one_payment"

    def __init__(self, limit: Money) -> None:
        super().__init__(f"По СБП нельзя принять меньше {limit}.")


class ProviderSaidNo(Unavailable):
    """The provider refused to make a payment link; nothing is open any more."""

    code = "provider_refused"

    def __init__(self) -> None:
        super().__init__(
            "Банк отказался создать ссылку на оплату. Попробуйте позже или напишите в поддержку."
        )


class ForeignSender(Forbidden):
    code = "foreign_sender"

    def __init__(self) -> None:
        super().__init__("Сообщение пришло не от платёжной системы.")


class ProviderUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__("Не найдено.")


class NotTaken(Unavailable):
    """The provider repeats what was not taken."""

    code = "queue_unavailable"

    def __init__(self) -> None:
        super().__init__("Сообщение не принято: повторите позже.")
