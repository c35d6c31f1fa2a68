"""What export and erasure refuse.

The tree::

    FreshSignInNeeded     Forbidden  the session is too old for what can't be undone, or shows everything
    ErasureRefused        Conflict   names every reason
"""

from collections.abc import Sequence
from typing import NamedTuple

from shared.kernel.errors import Conflict, Forbidden


class Obstacle(NamedTuple):
    """``code`` is a stable word, ``sentence`` is Russian and says how to mend it."""

    code: str
    sentence: str


class FreshSignInNeeded(Forbidden):
    code = "fresh_sign_in_needed"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"Войдите заново и повторите в течение {minutes} минут: так мы убедимся, что это действительно вы."
        )


class ErasureRefused(Conflict):
    code = "erasure_refused"

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__("Пока удалить данные нельзя. " + " ".join(each.sentence for each in obstacles))
        self.errors = {each.code: each.sentence for each in obstacles}
