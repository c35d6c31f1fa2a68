"""Which passwords are taken: long enough, not among the commonest, not made of what the account shows anyway.

``zxcvbn`` knows the commonest passwords, words, keyboard runs, dates and repeats, and estimates the guesses that a
password withstands (Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016). It knows no
Russian: so the commonest Russian words go along, and a password is also judged as it reads in the other layout.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from shared.auth.password_errors import WeakPassword
from shared.kernel.roles import Role

#: eight characters of chance; it withstands throttled guessing, and a stolen hash of bcrypt for years
_LEAST_GUESSES: Final = 10**8
#: zxcvbn reads no more, and more can't make a password weaker
_JUDGED_CHARACTERS: Final = 72
_STAFF: Final = frozenset({Role.OPERATOR, Role.ADMIN})
_LEAST_WORD: Final = 3

_LATIN_KEYS: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_LATIN_KEYS: Final = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)
_TO_RUSSIAN_KEYS: Final = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_LETTERS: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_SPELLINGS: Final = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya"
_TO_SPELLING: Final = str.maketrans(
    {letter: spelling.strip("_") for letter, spelling in zip(_LETTERS, _SPELLINGS.split(), strict=True)}
)

#: Ever again at the top of leaked Russian passwords, the commonest first.
_COMMON_WORDS: Final = (
    "пароль йцукен привет любовь наташа максим марина солнышко самсунг спартак зенит россия москва андрей дмитрий "
    "сергей александр алексей анастасия екатерина виктория кристина светлана татьяна ирина елена ольга юлия мария "
    "николай михаил владимир евгений денис роман артем никита даниил кирилл котенок зайка малыш красотка ангел "
    "принцесса мамочка мама папа семья бабушка собака кошка барсик мурзик дракон тигр волк медведь звезда луна "
    "солнце весна лето осень зима январь февраль апрель август сентябрь октябрь ноябрь декабрь понедельник пятница "
    "петербург питер сибирь казань победа армия десант вдв чемпион футбол хоккей динамо локомотив машина лада "
    "деньги богатство счастье удача жизнь дружба школа институт работа админ администратор пользователь гость вход "
    "доступ секрет тайна ключ ключи дом квартира агент агентство риелтор риэлтор риэлт недвижимость аренда продажа "
    "сделка договор хауслер housler realtor agency rieltor nedvizhimost kvartira parol privet lyubov"
)


def least_length(role: Role) -> int:
    """Characters."""
    return 12 if role in _STAFF else 8


def check(password: str, *, role: Role, own: Collection[str], field: str = "password") -> None:
    """Take a new password or refuse it.

    :param own: what a stranger finds out about the account: address, names, ИНН, phone
    :param field: where the request carries it
    :raises WeakPassword: too short, or guessed too soon
    """
    least = least_length(role)
    if len(password) < least:
        raise WeakPassword(f"Пароль слишком короткий: нужно не меньше {least} знаков.", field=field)
    if _guesses(password, [*_own_words(own), *_COMMON_WORDS.split()]) < _LEAST_GUESSES:
        raise WeakPassword(
            "Такой пароль легко подобрать. Возьмите несколько несвязанных слов: без имён, дат и данных аккаунта.",
            field=field,
        )


def _guesses(password: str, known_words: list[str]) -> int:
    """Of the reading that is guessed soonest."""
    # Half a tenth of a second of import, which only they pay who set a password.
    from zxcvbn import zxcvbn  # noqa: PLC0415 -- see above

    judged = password[:_JUDGED_CHARACTERS].lower()
    readings = {
        password[:_JUDGED_CHARACTERS],
        judged.translate(_TO_LATIN_KEYS),
        judged.translate(_TO_RUSSIAN_KEYS),
    }
    return min(int(zxcvbn(each, user_inputs=known_words)["guesses"]) for each in readings)


def _own_words(own: Collection[str]) -> Iterator[str]:
    """Each value, its words, and both as they are spelt in Latin letters."""
    for value in own:
        shown = value.lower()
        for word in (shown, *re.split(r"[\s@]+", shown), *re.split(r"[\W_]+", shown)):
            if len(word) >= _LEAST_WORD:
                yield word
                yield word.translate(_TO_SPELLING)
