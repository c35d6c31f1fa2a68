"""The bank's refusals: HTTP 200, ``Success`` false, a code and two sentences."""

from localstack.standins.tbank.bank import Document

MESSAGES = {
    "3": "Внутренняя ошибка системы интернет-эквайринга",
    "4": "Не получится изменить статус платежа",
    "12": "Неверный параметр RedirectDueDate",
    "20": "Ошибка повторного идентификатора заказа",
    "204": "Неверный токен. Проверьте пару TerminalKey/SecretKey",
    "205": "Неверный токен. Проверьте пару TerminalKey/SecretKey",
    "251": "Неверная сумма. Сумма должна быть больше или равна 1000 копеек",
    "255": "Платеж не найден",
    "308": "Сумма всех позиций в чеке должна равняться сумме всех видов оплаты",
    "334": "Суммы в чеке и в платеже не совпадают",
    "335": "OrderId не найден для TerminalKey",
    "648": "Магазин заблокирован или еще не активирован",
}


class Problem(Exception):
    """:param details: what is wrong, for the one who asked"""

    def __init__(self, code: str, details: str = "") -> None:
        super().__init__(f"{code} {details}")
        self.code = code
        self.details = details

    def body(self) -> Document:
        return {
            "Success": False,
            "ErrorCode": self.code,
            "Message": MESSAGES.get(self.code, "Неверные параметры."),
            "Details": self.details,
        }


class NotAsked(Exception):
    """A control asked for what this state doesn't allow."""
