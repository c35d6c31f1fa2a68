"""Numbers of banks and accounts, as the Bank of Russia makes them, and what may not pass for a card's token."""

import re
from typing import Final

_BIK: Final = re.compile(r"0[0-9]{8}")
_ACCOUNT: Final = re.compile(r"[0-9]{20}")
_WEIGHTS: Final = (7, 1, 3)
#: last three digits of the БИК of the Bank of Russia's own branches, whose accounts are keyed by their region
_OWN_BRANCHES: Final = frozenset({"000", "001", "002"})
_ROUBLES: Final = "810"
#: first digits of accounts of residents (and non-residents) who are no traders
PERSONS: Final = ("40817", "40820")
SOLE_TRADERS: Final = ("40802",)
#: state-owned, public and private companies, commercial and not
COMPANIES: Final = ("405", "406", "407")
_CARD_NUMBER: Final = re.compile(r"(?:[0-9][ -]?){11,18}[0-9]")


def valid_bik(text: str) -> str:
    """:raises ValueError: a Russian sentence"""
    bik = text.replace(" ", "")
    if not _BIK.fullmatch(bik):
        raise ValueError("Проверьте БИК: в нём 9 цифр, первая — ноль.")
    return bik


def valid_account(text: str) -> str:
    """The twenty digits of a rouble account; whether its key fits the bank, ``key_fits`` says.

    :raises ValueError: a Russian sentence
    """
    account = text.replace(" ", "")
    if not _ACCOUNT.fullmatch(account) or account[5:8] != _ROUBLES:
        raise ValueError("Проверьте номер счёта: нужны 20 цифр рублёвого счёта.")
    return account


def key_fits(account: str, bik: str) -> bool:
    """Whether the account's control key holds in this bank (rules of the Bank of Russia, 515 of 1997).

    The sum of last digits over 23 of them, weighed 7, 1, 3 in turn, ends in zero: three name the bank, twenty the
    account.
    """
    bank = f"0{bik[4:6]}" if bik[-3:] in _OWN_BRANCHES else bik[-3:]
    weighed = (
        int(digit) * _WEIGHTS[position % len(_WEIGHTS)] for position, digit in enumerate(bank + account)
    )
    return sum(weighed) % 10 == 0


def looks_like_card_number(text: str) -> bool:
    """Whether twelve to nineteen digits in it pass as a card's number (Luhn): such a thing may not be stored."""
    # Only a function that reads a card's token pays for the import.
    from stdnum import luhn  # noqa: PLC0415 -- see above

    return any(luhn.is_valid(re.sub("[ -]", "", found[0])) for found in _CARD_NUMBER.finditer(text))


def masked_account(account: str) -> str:
    """What may be shown of it: "40817···0001"."""
    return f"{account[:5]}···{account[-4:]}"
