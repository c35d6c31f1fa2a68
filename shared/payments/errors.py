"""Refusals about payments. Kernel only: the webhook function, which has no database, raises some of them."""

from collections.abc import Sequence
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


class TerminalMissing(Unavailable):
    """The agency was given a terminal that the settings no longer name."""

    code = "terminal_missing"

    def __init__(self) -> None:
        super().__init__("Приём платежей для этой сделки сейчас не настроен. Напишите в поддержку.")


class ReceiptContactNeeded(Conflict):
    """A fiscal receipt must reach the buyer, and a payment without one is not taken."""

    code = "receipt_contact_needed"

    def __init__(self) -> None:
        super().__init__(
            "Укажите почту или телефон клиента: на них приходит кассовый чек, без него платёж не принять."
        )


class StepParted(Conflict):
    """Its parts are paid instead."""

    code = "step_parted"

    def __init__(self, step_no: int) -> None:
        super().__init__(f"Шаг № {step_no} разделён на части: выставьте ссылку на одну из них.")


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


class IntentEnded(Conflict):
    """Failed, expired or taken back."""

    code = "intent_ended"

    def __init__(self) -> None:
        super().__init__("Ссылка на оплату уже не действует.")


class IntentPaid(Conflict):
    """The money is recorded; what is wanted now is a refund."""

    code = "intent_paid"

    def __init__(self) -> None:
        super().__init__("По этой ссылке уже заплатили.")


class IntentOutcomeUnknown(Conflict):
    """No other link before it is known what became of this one."""

    code = "intent_outcome_unknown"
    retry_after_seconds = 60

    def __init__(self) -> None:
        super().__init__("Банк ещё не ответил, что со ссылкой. Повторите через минуту.")


class IntentNotPayable(Conflict):
    """There is no code to show: the link isn't ready yet, or has ended."""

    code = "intent_not_payable"

    def __init__(self) -> None:
        super().__init__("Кода для оплаты нет: ссылка ещё готовится или уже не действует.")


class ParticipantBlocked(Conflict):
    """No new money is asked for in deals of a blocked person."""

    code = "participant_blocked"

    def __init__(self) -> None:
        super().__init__(
            "Оплата по сделке приостановлена: аккаунт одного из её участников заблокирован. Напишите в поддержку."
        )


class TooMuchForOnePayment(Invalid):
    """More than the terminal collects at once; ``parts`` can be collected, and are empty where nothing helps."""

    code = "too_much_for_one_payment"

    def __init__(self, amount: Money, limit: Money, parts: Sequence[Money]) -> None:
        super().__init__(
            f"По СБП можно принять не больше {limit} за раз, а шаг — {amount}. {_how_to_divide(parts)}"
        )
        self.facts = {"most_kopecks": limit.kopecks, **_offer(parts)}


class TooMuchForOnePayout(Invalid):
    """A person's share of the step is more than the rail that pays him out carries."""

    code = "too_much_for_one_payout"

    def __init__(self, share: Money, limit: Money, parts: Sequence[Money]) -> None:
        super().__init__(
            f"По СБП можно выплатить исполнителю не больше {limit} за раз, а его доля в этом шаге — {share}. "
            f"{_how_to_divide(parts)}"
        )
        self.facts = _offer(parts)


class PartsTooLarge(Invalid):
    """Each part must be collected and paid out at once."""

    code = "parts_too_large"

    def __init__(self, parts: Sequence[Money]) -> None:
        super().__init__(f"Такие части тоже слишком велики. {_how_to_divide(parts)}")
        self.facts = _offer(parts)


class PartsTooSmall(Invalid):
    code = "parts_too_small"

    def __init__(self, limit: Money) -> None:
        super().__init__(f"Частей слишком много: каждая должна быть не меньше {limit}.")


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


def _how_to_divide(parts: Sequence[Money]) -> str:
    if not parts:
        return "Такую сумму по СБП не принять и по частям: договоритесь об оплате на счёт."
    return f"Разделите шаг на части: хватит {len(parts)}."


def _offer(parts: Sequence[Money]) -> dict[str, list[int]]:
    return {"parts_kopecks": [part.kopecks for part in parts]}


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
