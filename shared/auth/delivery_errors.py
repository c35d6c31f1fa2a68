"""Refusals of a callback about text messages. Kernel only: the function that hears it has no database."""

from shared.kernel.errors import Forbidden, Unavailable


class ForeignCallback(Forbidden):
    """Not from the provider of text messages."""

    code = "foreign_callback"

    def __init__(self) -> None:
        super().__init__("Сообщение пришло не от службы SMS.")


class CallbackNotTaken(Unavailable):
    """The provider repeats what was not taken."""

    code = "queue_unavailable"

    def __init__(self) -> None:
        super().__init__("Сообщение не принято: повторите позже.")
