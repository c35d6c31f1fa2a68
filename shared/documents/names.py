"""Names, positions and grounds of authority in the genitive, for "в лице …, действующего на основании …".

Rules for names come from petrovich (MIT). What can't be declined with certainty stays as it is, and the phrase
is built so that nothing in it needs declension.
"""

import copy
import re
from functools import cache
from typing import Any

from petrovich.enums import Case, Gender
from petrovich.main import Petrovich

_CYRILLIC = re.compile(r"[А-Яа-яЁё'’-]+")
_MALE = re.compile(r"(ич|оглы|улы)$", re.IGNORECASE)
_FEMALE = re.compile(r"(вна|чна|шна|кызы|гызы)$", re.IGNORECASE)

# The word or words that change; what follows them ("отдела продаж", "по развитию") depends on them and stays.
_HEADS = {
    "генеральный директор": "генерального директора",
    "исполнительный директор": "исполнительного директора",
    "коммерческий директор": "коммерческого директора",
    "финансовый директор": "финансового директора",
    "операционный директор": "операционного директора",
    "управляющий директор": "управляющего директора",
    "управляющий партнёр": "управляющего партнёра",
    "управляющий партнер": "управляющего партнера",
    "первый заместитель": "первого заместителя",
    "директор": "директора",
    "заместитель": "заместителя",
    "руководитель": "руководителя",
    "начальник": "начальника",
    "президент": "президента",
    "председатель": "председателя",
    "представитель": "представителя",
}
_GROUNDS = {
    "устав": "Устава",
    "доверенность": "доверенности",
    "решение": "решения",
    "приказ": "приказа",
    "протокол": "протокола",
}
_GROUND = re.compile(r"(\w+)((?: (?:№|от) .*)?)")


def gender(name: str) -> str | None:
    """Sex, "male" or "female" by the patronymic of "Фамилия Имя Отчество"; None when it can't be told."""
    words = name.split()
    if len(words) < 3 or not all(_CYRILLIC.fullmatch(word) for word in words):  # noqa: PLR2004 -- the three parts
        return None
    patronymic = words[-1]
    if _MALE.search(patronymic):
        return str(Gender.MALE)
    return str(Gender.FEMALE) if _FEMALE.search(patronymic) else None


def genitive_name(name: str) -> str:
    """Genitive: "Иванов Иван Иванович" → "Иванова Ивана Ивановича"; a foreign or odd name as it is."""
    sex, words = gender(name), name.split()
    if sex is None or len(words) != 3:  # noqa: PLR2004
        return name
    rules = _rules(sex)
    kinds = (rules.lastname, rules.firstname, rules.middlename)
    return " ".join(_declined(kind, word, sex) for kind, word in zip(kinds, words, strict=True))


def short_name(name: str) -> str:
    """Initials: "Иванов Иван Иванович" → "Иванов И. И."; a name of other shape as it is."""
    words = name.split()
    if gender(name) is None or len(words) != 3:  # noqa: PLR2004
        return name
    return f"{words[0]} {words[1][0]}. {words[2][0]}."


def genitive_position(position: str) -> str | None:
    """Genitive: "Генеральный директор" → "генерального директора"; None for one that isn't in the table."""
    lowered = position[:1].lower() + position[1:]
    for head, declined in _HEADS.items():
        if lowered.lower() == head or lowered.lower().startswith(f"{head} "):
            return declined + lowered[len(head) :]
    return None


def genitive_basis(basis: str) -> str | None:
    """Genitive: "Устав" → "Устава", "Доверенность № 5 от …" → "доверенности № 5 от …"; None for an unusual one."""
    match = _GROUND.fullmatch(basis)
    if match is None or (declined := _GROUNDS.get(match[1].lower())) is None:
        return None
    return declined + match[2]


def signer_phrase(name: str, position: str, basis: str) -> str:
    """Who acts for an organization, to follow its name and a comma.

    "в лице генерального директора Иванова Ивана Ивановича, действующего на основании Устава", or, when a part
    can't be declined, "от имени которого действует Ли Вэй (должность: …; основание полномочий: …)".
    """
    position_declined, basis_declined, sex = genitive_position(position), genitive_basis(basis), gender(name)
    if position_declined is None or basis_declined is None or sex is None:
        return f"от имени которого действует {name} (должность: {position}; основание полномочий: {basis})"
    acting = "действующей" if sex == Gender.FEMALE else "действующего"
    return f"в лице {position_declined} {genitive_name(name)}, {acting} на основании {basis_declined}"


def agreed(name: str, male: str, female: str) -> str:
    """The form that agrees with a person's sex; both ("именуемый (именуемая)") when it can't be told."""
    match gender(name):
        case Gender.MALE:
            return male
        case Gender.FEMALE:
            return female
        case _:
            return f"{male} ({female})"


def _declined(decline: Any, word: str, sex: str) -> str:  # noqa: ANN401 -- a bound method of an untyped class
    if word.isupper():
        return str(decline(word.lower(), Case.GENITIVE, sex)).upper()
    return str(decline(word, Case.GENITIVE, sex))


@cache
def _rules(sex: str) -> Petrovich:
    """The rules that hold for one sex, in their order.

    The package skips rules for both sexes when a sex is given, and takes its mark "." (no change) for an ending.
    """
    petrovich = Petrovich()
    petrovich.data = {
        part: {kind: _for_sex(rules, sex) for kind, rules in kinds.items()}
        for part, kinds in petrovich.data.items()
    }
    return petrovich


def _for_sex(rules: list[dict[str, Any]], sex: str) -> list[dict[str, Any]]:
    kept = [copy.copy(rule) for rule in rules if rule["gender"] in {sex, Gender.ANDRGN}]
    for rule in kept:
        rule["gender"] = sex
        rule["mods"] = ["" if change == "." else change for change in rule["mods"]]
    return kept
