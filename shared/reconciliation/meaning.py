"""What a line of our statements is, told by its two ends alone; what isn't certain is unknown, and never guessed."""

from typing import NamedTuple

from shared.config.bank import BankSettings
from shared.reconciliation.statement_models import LineMeaning


class Ends(NamedTuple):
    """``account`` is ours; the other end is the counterparty's."""

    account: str
    incoming: bool
    counterparty_account: str | None
    counterparty_inn: str | None


class Meaning(NamedTuple):
    """What a line may be; the ledger's own postings decide, in this order, and where none does it is unknown."""

    candidates: tuple[LineMeaning, ...]
    terminal: str | None = None


_UNKNOWN = Meaning(())


def meaning_of(ends: Ends, ours: BankSettings) -> Meaning:
    if ends.account == ours.client_account:
        return _on_clients_account(ends, ours)
    if ends.account == ours.platform_account:
        return _on_own_account(ends, ours)
    return _UNKNOWN


def _on_clients_account(ends: Ends, ours: BankSettings) -> Meaning:
    terminal = ours.terminals_by_inn.get(ends.counterparty_inn or "")
    to_own_account = (
        ends.counterparty_account is not None and ends.counterparty_account == ours.platform_account
    )
    match (ends.incoming, terminal is not None, to_own_account):
        case (True, _, True):
            return Meaning((LineMeaning.OWN_TRANSFER,))
        case (True, True, _):
            return Meaning((LineMeaning.PROVIDER_SETTLED,), terminal)
        case (True, _, _):
            return Meaning((LineMeaning.RETURNED_PAYOUT,))
        case (False, _, True):
            return Meaning((LineMeaning.SET_OFF, LineMeaning.FEE_SWEPT))
        case (False, True, _):
            return Meaning((LineMeaning.REFUND_FUNDED, LineMeaning.PAYOUTS_FUNDED), terminal)
        case _:
            return Meaning((LineMeaning.PAYOUT,))


def _on_own_account(ends: Ends, ours: BankSettings) -> Meaning:
    if ends.counterparty_account is not None and ends.counterparty_account == ours.client_account:
        return Meaning((LineMeaning.OWN_TRANSFER,))
    if not ends.incoming:
        return Meaning((LineMeaning.OWN_EXPENSE,))
    if ends.counterparty_inn == ours.platform_inn:
        return Meaning((LineMeaning.OWN_FUNDS_IN,))
    return Meaning((LineMeaning.DEBT_REPAID,))
