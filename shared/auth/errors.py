"""What the doors refuse.

The tree::

    CodeRefused           Invalid          one public code, "code_refused", whatever is wrong with it
      WrongCode                            counts as a try
      CodeExpired
      NoLiveCode
    CodeTooSoon           TooMany          a code that still lives was sent moments ago
    CodeBudgetSpent       TooMany          the address, or the peer, had its share of codes
    RecipientRefused      Invalid          the provider can't send to this phone or address
    SendingUnavailable    Unavailable      nothing was sent, a repeat may succeed
    WrongCredentials      Unauthenticated  whatever is wrong with them
    TooManyAttempts       TooMany          failed passwords
    SessionNotFound       NotFound         also another person's
    RefreshRefused        Unauthenticated  unknown, expired, used before, or its session is over
    StepUpNeeded          Forbidden        a code to the phone must confirm this very request
"""

from shared.kernel.errors import Forbidden, Invalid, NotFound, TooMany, Unauthenticated, Unavailable

_REFUSED = "Код не подошёл или устарел. Проверьте его или запросите новый."


class CodeRefused(Invalid):
    code = "code_refused"
    keeps_work = True

    def __init__(self, detail: str = _REFUSED) -> None:
        super().__init__(detail)


class WrongCode(CodeRefused):
    def __init__(self, tries_left: int) -> None:
        super().__init__(f"{_REFUSED} Осталось попыток: {tries_left}.")
        self.tries_left = tries_left


class CodeExpired(CodeRefused):
    pass


class NoLiveCode(CodeRefused):
    pass


class CodeTooSoon(TooMany):
    code = "code_too_soon"
    keeps_work = True

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"Код уже отправлен. Введите его или запросите новый через {retry_after_seconds} с.")
        self.retry_after_seconds = retry_after_seconds


class CodeBudgetSpent(TooMany):
    code = "code_budget_spent"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Слишком много кодов. Попробуйте позже.")
        self.retry_after_seconds = retry_after_seconds


class RecipientRefused(Invalid):
    code = "recipient_refused"
    keeps_work = True

    def __init__(self, what: str) -> None:
        super().__init__(f"Не получается отправить код на {what}. Проверьте или укажите другой.")


class SendingUnavailable(Unavailable):
    code = "sending_unavailable"
    keeps_work = True
    retry_after_seconds = 10

    def __init__(self) -> None:
        super().__init__("Сейчас не получается отправить код. Попробуйте через несколько секунд.")


class WrongCredentials(Unauthenticated):
    code = "wrong_credentials"
    keeps_work = True

    def __init__(self) -> None:
        super().__init__("Неверный e-mail или пароль.")


class TooManyAttempts(TooMany):
    code = "too_many_attempts"

    def __init__(self, retry_after_seconds: int) -> None:
        minutes = -(-retry_after_seconds // 60)
        super().__init__(f"Слишком много неудачных попыток входа. Повторите через {minutes} мин.")
        self.retry_after_seconds = retry_after_seconds


class SessionNotFound(NotFound):
    code = "session_not_found"

    def __init__(self) -> None:
        super().__init__("Такого сеанса нет: возможно, он уже завершён.")


class RefreshRefused(Unauthenticated):
    code = "refresh_refused"
    keeps_work = True

    def __init__(self) -> None:
        super().__init__("Сеанс завершён. Войдите снова.")


class StepUpNeeded(Forbidden):
    code = "step_up_needed"

    def __init__(self) -> None:
        super().__init__("Подтвердите действие кодом из SMS и повторите запрос.")
