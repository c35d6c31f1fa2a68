"""The Bank of Russia's directory of banks; ``infra.banks`` loads it."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.kernel.errors import NotFound
from shared.organizations.bank_models import Bank


class BankNotFound(NotFound):
    code = "bank_not_found"

    def __init__(self) -> None:
        super().__init__("Банка с таким БИК нет в справочнике Банка России.")


def find(session: Session, bik: str) -> Bank:
    """:raises BankNotFound: the directory has no such БИК"""
    bank = session.get(Bank, bik)
    if bank is None:
        raise BankNotFound
    return bank


def is_known(session: Session, bik: str) -> bool:
    """Whether the directory has the БИК; as long as no directory is loaded, every one passes."""
    return session.get(Bank, bik) is not None or not session.scalar(select(exists(select(Bank))))
