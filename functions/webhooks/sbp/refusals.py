from shared.kernel.errors import Forbidden, NotFound, Unavailable


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
