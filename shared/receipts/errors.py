from shared.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class NotSelfEmployed(Conflict):
    code = "not_self_employed"

    def __init__(self) -> None:
        super().__init__("Привязка к «Моему налогу» нужна только самозанятым: укажите этот статус в профиле.")


class InnNeeded(Invalid):
    code = "inn_needed"

    def __init__(self) -> None:
        super().__init__("Укажите в профиле ИНН: по нему вас находит налоговая служба.")


class BindingExists(Conflict):
    """Bound already, or the tax service is being asked."""

    code = "npd_binding_exists"

    def __init__(self) -> None:
        super().__init__("Привязка уже есть или запрошена. Подтвердите её в приложении «Мой налог».")


class InnTaken(Conflict):
    """Another person's binding, bound or being asked for, has this INN."""

    code = "npd_inn_taken"

    def __init__(self) -> None:
        super().__init__(
            "Этот ИНН уже привязан у другого пользователя. Проверьте ИНН в профиле; если он ваш, напишите в поддержку."
        )


class DeliveryPostponed(Unavailable):
    """The post or the operator is busy and nothing was sent: try again later."""

    code = "delivery_postponed"

    def __init__(self) -> None:
        super().__init__("Чек пока не отправлен: повторим позже.")


class ReceiptNotFound(NotFound):
    code = "receipt_not_found"

    def __init__(self) -> None:
        super().__init__("Кассовый чек не найден.")


class ReceiptNotFailed(Conflict):
    """It is registered, or may still come."""

    code = "receipt_not_failed"

    def __init__(self) -> None:
        super().__init__("Повторно оформляют только чек, который касса не приняла.")


class ReceiptRegisteredAlready(Conflict):
    code = "receipt_registered"

    def __init__(self) -> None:
        super().__init__("Этот чек уже зарегистрирован.")
