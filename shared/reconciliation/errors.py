"""Refusals about statements, registries and differences.

The tree::

    Invalid
      FileUnreadable       what was uploaded is no such file; bad lines are named by their numbers
      StatementUneven      opening and turnover don't make the closing balance
    Conflict
      AccountUnknown       a statement of an account that isn't ours
      RunGoesOn            this day is being compared right now
      DifferenceSettled
    NotFound
      StatementNotFound, RunNotFound, DifferenceNotFound
"""

from collections.abc import Mapping
from datetime import date

from shared.kernel.errors import Conflict, Invalid, NotFound
from shared.kernel.money import Money


class FileUnreadable(Invalid):
    """``lines``: number of a line (from one) → what is wrong with it; no content is repeated."""

    code = "file_unreadable"

    def __init__(self, detail: str, lines: Mapping[int, str] | None = None) -> None:
        super().__init__(detail)
        self.errors = {
            f"content_base64.line_{number}": f"Строка {number}: {sentence}"
            for number, sentence in sorted((lines or {}).items())
        }


class StatementUneven(Invalid):
    code = "statement_uneven"

    def __init__(self, opening: Money, incoming: Money, outgoing: Money, closing: Money) -> None:
        super().__init__(
            f"Остатки не сходятся: {opening} на начало, поступило {incoming}, списано {outgoing}, "
            f"а на конец указано {closing}. Выгрузите выписку заново."
        )


class AccountUnknown(Conflict):
    code = "bank_account_unknown"

    def __init__(self) -> None:
        super().__init__("Это выписка по счёту, который в настройках платформы не указан.")


class RunGoesOn(Conflict):
    code = "reconciliation_goes_on"

    def __init__(self, day: date) -> None:
        super().__init__(f"Сверка за {day:%d.%m.%Y} уже идёт. Дождитесь её конца.")


class DayNotOver(Invalid):
    code = "day_not_over"

    def __init__(self) -> None:
        super().__init__("Сверить можно только день, который в Москве уже закончился.")


class TerminalUnknown(Invalid):
    code = "terminal_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(f"Терминала «{name}» в настройках нет.")


class StatementNotFound(NotFound):
    code = "statement_not_found"

    def __init__(self) -> None:
        super().__init__("Выписка не найдена.")


class RunNotFound(NotFound):
    code = "run_not_found"

    def __init__(self) -> None:
        super().__init__("Сверка не найдена.")


class DifferenceNotFound(NotFound):
    code = "difference_not_found"

    def __init__(self) -> None:
        super().__init__("Расхождение не найдено.")


class DifferenceSettled(Conflict):
    code = "difference_settled"

    def __init__(self) -> None:
        super().__init__("Этого расхождения больше нет: объяснять нечего.")
