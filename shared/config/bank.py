"""Our own bank accounts, and who stands at the other end of their lines."""

import re
from functools import cache
from typing import Final, NamedTuple

from shared.config import environment as env

_ACCOUNT: Final = re.compile(r"[0-9]{20}")
_PARTNER: Final = re.compile(r"([a-z0-9_]{1,32})=([0-9]{10})")
#: НКО «ЮМани» and АО «ТБанк», as the register of legal entities has them
_PUBLISHED: Final = "yookassa=7750005725,tbank=7710140679"


class BankSettings(NamedTuple):
    #: twenty digits; None where no statement is taken
    client_account: str | None
    platform_account: str | None
    platform_inn: str
    #: a provider's INN → the terminal whose money it brings and takes
    terminals_by_inn: dict[str, str]


@cache
def load() -> BankSettings:
    """``HOUSLER_CLIENT_ACCOUNT``, ``HOUSLER_PLATFORM_ACCOUNT`` and ``HOUSLER_BANK_PARTNERS`` (``terminal=INN`` with commas).

    :raises SettingsError: not an account, not such a list, or one account for clients' money and ours
    """
    clients = _account("HOUSLER_CLIENT_ACCOUNT", env.optional("HOUSLER_CLIENT_ACCOUNT"))
    platform = _account("HOUSLER_PLATFORM_ACCOUNT", env.optional("HOUSLER_PLATFORM_ACCOUNT"))
    if clients is not None and clients == platform:
        raise env.SettingsError("HOUSLER_CLIENT_ACCOUNT and HOUSLER_PLATFORM_ACCOUNT must differ")
    return BankSettings(
        client_account=clients,
        platform_account=platform,
        platform_inn=env.text("HOUSLER_PLATFORM_INN"),
        terminals_by_inn=_partners(env.text("HOUSLER_BANK_PARTNERS", _PUBLISHED)),
    )


def _account(name: str, value: str | None) -> str | None:
    if value is not None and not _ACCOUNT.fullmatch(value):
        raise env.SettingsError(f"{name} must be the twenty digits of an account")
    return value


def _partners(written: str) -> dict[str, str]:
    found = [_PARTNER.fullmatch(part.strip()) for part in written.split(",")]
    by_inn = {each[2]: each[1] for each in found if each is not None}
    if len(by_inn) != len(found):
        raise env.SettingsError("HOUSLER_BANK_PARTNERS must be terminal=INN, each INN once")
    return by_inn
