"""SMS.RU's codes with its own words, and the switches that make the next request fail with one of them."""

import threading
from dataclasses import dataclass, replace
from enum import StrEnum

QUEUED = 100
ON_ITS_WAY = 102
DELIVERED = 103
NOT_FOUND = -1

TEXTS = {
    NOT_FOUND: "Сообщение не найдено",
    QUEUED: "Запрос выполнен или сообщение находится в нашей очереди",
    ON_ITS_WAY: "Сообщение отправлено (в пути)",
    DELIVERED: "Сообщение доставлено",
    104: "Не может быть доставлено: время жизни истекло",
    108: "Не может быть доставлено: отклонено",
    150: "Не может быть доставлено: нет маршрута на данный номер",
    200: "Неправильный api_id",
    201: "Не хватает средств на лицевом счету",
    202: "Неправильно указан номер телефона получателя, либо на него нет маршрута",
    203: "Нет текста сообщения",
    204: "Имя отправителя не согласовано с администрацией",
    205: "Сообщение слишком длинное (превышает 8 СМС)",
    206: "Будет превышен или уже превышен дневной лимит на отправку сообщений",
    207: "На этот номер (или один из номеров) нельзя отправлять сообщения",
    208: "Параметр time указан неправильно",
    209: "Вы добавили этот номер (или один из номеров) в стоп-лист",
    211: "Метод не найден",
    213: "Указано более 100 номеров в списке получателей",
    220: "Сервис временно недоступен, попробуйте чуть позже",
    221: "Для отправки сообщений необходимо зарегистрировать буквенное имя отправителя",
    230: "Превышен общий лимит количества сообщений на этот номер в день",
    231: "Превышен лимит одинаковых сообщений на этот номер в минуту",
    232: "Превышен лимит одинаковых сообщений на этот номер в день",
    233: "Превышен лимит отправки повторных сообщений с кодом на этот номер за короткий промежуток времени",
    300: "Неправильный token (возможно истек срок действия, либо ваш IP изменился)",
    301: "Неправильный api_id, либо логин/пароль",
    302: "Пользователь авторизован, но аккаунт не подтвержден",
    500: "Ошибка на сервере. Повторите запрос",
    901: "Callback: URL неверный (не начинается на http://)",
    902: "Callback: Обработчик не найден (возможно был удален ранее)",
}

#: SMS.RU was seen to give an id together with this refusal.
REFUSED_WITH_ID = 221


def text_of(code: int) -> str:
    return TEXTS.get(code, "Неизвестная ошибка")


class Level(StrEnum):
    REQUEST = "request"
    PHONE = "phone"  # under a top-level OK


@dataclass(frozen=True, slots=True)
class CodeSwitch:
    code: int
    level: Level
    times: int = 1


class CodeSwitches:
    """Each switch spoils its number of sends (``request``) or of phones (``phone``), in the order of arrival."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[CodeSwitch] = []

    def add(self, switch: CodeSwitch) -> None:
        with self._lock:
            self._waiting.append(switch)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[CodeSwitch]:
        with self._lock:
            return list(self._waiting)

    def take(self, level: Level) -> int | None:
        with self._lock:
            for place, switch in enumerate(self._waiting):
                if switch.level is not level:
                    continue
                if switch.times > 1:
                    self._waiting[place] = replace(switch, times=switch.times - 1)
                else:
                    del self._waiting[place]
                return switch.code
        return None
