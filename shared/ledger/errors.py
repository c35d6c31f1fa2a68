"""What the ledger refuses; each is also a guarantee of the database (``infra/migrations/sql``, 0001 and 0004).

The tree::

    Conflict
      FloorBreached        an account with a floor would go below zero
      KeyReused            the same key, other content
      AlreadyReversed
      HoldClosed           used up, voided or expired
      HoldExceeded         the posting takes more than the hold has left
    LedgerRuleError          a bug of ours: a surprise, not a refusal
"""

from shared.db.errors import on_constraint, on_sqlstate
from shared.kernel.errors import Conflict


class FloorBreached(Conflict):
    """More would leave an account than it holds; nothing was posted."""

    code = "not_enough_funds"

    def __init__(self) -> None:
        super().__init__("На счёте недостаточно средств для этой операции.")


class KeyReused(Conflict):
    """The operation was posted before, with other sums, accounts or cause."""

    code = "ledger_key_reused"

    def __init__(self) -> None:
        super().__init__("Эта операция уже проведена с другим содержанием.")


class AlreadyReversed(Conflict):
    code = "ledger_already_reversed"

    def __init__(self) -> None:
        super().__init__("Эта операция уже отменена.")


class HoldClosed(Conflict):
    """Nothing is set aside by this hold any more."""

    code = "ledger_hold_closed"

    def __init__(self) -> None:
        super().__init__("Удержание этой суммы уже завершено.")


class HoldExceeded(Conflict):
    """A posting out of a hold takes between one kopeck and what the hold has left, from the hold's account."""

    code = "ledger_hold_exceeded"

    def __init__(self) -> None:
        super().__init__("Операция не покрывается удержанной суммой.")


class LedgerRuleError(Exception):
    """A posting broke a rule of the ledger and was refused by the database: unbalanced, foreign entries, no such
    account, a reversal that is no mirror, a change to what is written.
    """


on_constraint("ck_ledger_balances_floor", FloorBreached)
on_constraint("uq_ledger_transactions_reverses_id", AlreadyReversed)
on_sqlstate("HL003", KeyReused)
on_sqlstate("HL007", HoldClosed)
on_sqlstate("HL008", HoldExceeded)
for _sqlstate in ("HL001", "HL002", "HL004", "HL005", "HL006"):
    on_sqlstate(_sqlstate, LedgerRuleError)
