"""Refusals at the operators' desk."""

from shared.kernel.errors import Conflict, NotFound, Unavailable


class QueueUnknown(NotFound):
    code = "queue_unknown"

    def __init__(self) -> None:
        super().__init__("Такой очереди нет.")


class DeadLetterOutOfSight(Conflict):
    """Gone, or held by somebody else at this moment: a queue doesn't tell the one from the other."""

    code = "dead_letter_out_of_sight"

    def __init__(self) -> None:
        super().__init__(
            "Сообщения сейчас не видно: его уже повторили, или его смотрит другой оператор. "
            "Обновите список через полминуты."
        )


class DeadLettersUnavailable(Unavailable):
    code = "dead_letters_unavailable"

    def __init__(self) -> None:
        super().__init__("Очередь не отвечает. Попробуйте позже: ничего не потеряно.")


class TaskNotFound(NotFound):
    code = "task_not_found"

    def __init__(self) -> None:
        super().__init__("Задача не найдена.")


class TaskAlreadyDone(Conflict):
    code = "task_already_done"

    def __init__(self) -> None:
        super().__init__("Эта задача уже закрыта.")


class TaskSettledByDeed(Conflict):
    """Closed by hand, the money would be forgotten."""

    code = "task_settled_by_deed"

    def __init__(self) -> None:
        super().__init__(
            "Эта задача закроется сама: зачислите платёж на шаг сделки или верните его плательщику."
        )
