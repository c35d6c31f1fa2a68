"""What the staff's door refuses; its first step refuses as every password door does (``WrongCredentials``).

The tree::

    ChallengeOver        Unauthenticated  unknown, used, too old, or its tries are spent: the password anew
    SecondFactorRefused  Unauthenticated  a wrong code, or one that was used before; it counts as a try
"""

from shared.kernel.errors import Unauthenticated


class ChallengeOver(Unauthenticated):
    code = "challenge_over"

    def __init__(self) -> None:
        super().__init__("Время на ввод кода вышло или попытки закончились. Войдите с паролем ещё раз.")


class SecondFactorRefused(Unauthenticated):
    code = "second_factor_refused"
    keeps_work = True

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"Код не подошёл или уже использован. Осталось попыток: {tries_left}.")
        self.tries_left = tries_left
