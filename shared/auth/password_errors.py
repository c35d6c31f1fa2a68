"""What is refused where passwords are made and changed.

The tree::

    WeakPassword          Invalid
    WrongCurrentPassword  Invalid
"""

from shared.kernel.errors import Invalid


class WeakPassword(Invalid):
    code = "weak_password"

    def __init__(self, sentence: str, *, field: str = "password") -> None:
        super().__init__(sentence)
        self.errors = {field: sentence}


class WrongCurrentPassword(Invalid):
    """Not 401: the session is good, and a client must not sign out over it."""

    code = "wrong_current_password"
    keeps_work = True

    def __init__(self) -> None:
        super().__init__("Текущий пароль указан неверно.")
        self.errors = {"current_password": self.detail}
