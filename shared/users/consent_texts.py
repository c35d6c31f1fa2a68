"""What a person is told when he withdraws a consent: what changes for him, and what doesn't."""

from collections.abc import Mapping, Sequence
from typing import Final

from shared.users.consent_kinds import ConsentKind

_INCOMPLETE: Final = (
    "Аккаунт становится незавершённым: доступны профиль, согласия, выгрузка и удаление ваших данных. "
    "Остальное откроется, когда вы дадите согласие снова."
)
_DESTROYED: Final = (
    "Мы прекращаем обработку и уничтожаем ваши данные в течение 30 дней (152-ФЗ, статья 21), если за это время "
    "вы не дадите согласие снова. Останется то, что требует хранить закон: подписанные договоры и сведения о "
    "подписях, платёжные документы и чеки."
)
_SIGNED_STAYS: Final = (
    "Подписанные договоры остаются в силе: оплата, выплаты и чеки по ним доводятся до конца."
)

CONSEQUENCES: Final[Mapping[ConsentKind, Sequence[str]]] = {
    ConsentKind.PERSONAL_DATA: (
        _INCOMPLETE,
        _DESTROYED,
        _SIGNED_STAYS,
    ),
    ConsentKind.TERMS: (_INCOMPLETE, _SIGNED_STAYS),
    ConsentKind.MARKETING: (
        "Рекламы от нас больше не будет. Коды, чеки и сообщения о ваших сделках продолжат приходить.",
    ),
    ConsentKind.REALTOR_OFFER: (
        "Новые сделки через вход для агентов недоступны, пока вы не примете оферту снова.",
        _SIGNED_STAYS,
    ),
    ConsentKind.AGENCY_OFFER: (
        "Мы считаем это отказом агентства от договора с сервисом: оператор свяжется с вами, чтобы его завершить.",
        _SIGNED_STAYS,
    ),
}
