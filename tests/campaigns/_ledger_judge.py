"""The judge of the ledger's sequences: what the database must agree with, in a few lines of Python."""

from collections import defaultdict
from uuid import UUID

from shared.kernel.errors import DomainError
from shared.ledger import accounts
from shared.ledger.accounts import Account
from shared.ledger.errors import AlreadyReversed, FloorBreached, HoldClosed, HoldExceeded, KeyReused
from shared.ledger.posting import Movement

_ONE, _TWO = UUID(int=1), UUID(int=2)
PLACES: list[Account] = [
    accounts.provider_clearing("yookassa"),
    accounts.client_bank(),
    accounts.platform_cash(),
    accounts.receivable(_ONE, _TWO),
    accounts.platform_fee(),
    accounts.own_funds(),
    accounts.deal_hold(_ONE, 1),
    accounts.deal_hold(_ONE, 2),
    accounts.payable(_ONE, _TWO),
    accounts.payout_in_transit(_TWO),
    accounts.refund_in_transit(_TWO),
]
OF_DEBITS = set(PLACES[:4])
WITH_FLOOR = PLACES[6:]

Lines = dict[tuple[str, Account], int]
#: the refusal, or whether it had been done before
Outcome = type[DomainError] | bool


class Books:
    """The judge: what the database must agree with."""

    def __init__(self) -> None:
        self.balances: dict[Account, int] = defaultdict(int)
        self.posted: dict[str, Lines] = {}
        self.reversed: dict[str, str] = {}
        #: key of the hold → account, remainder, whether it is open
        self.holds: dict[str, tuple[Account, int, bool]] = {}

    def held(self, account: Account) -> int:
        return sum(left for place, left, _ in self.holds.values() if place == account)

    def post(self, key: str, lines: Lines) -> Outcome:
        """The refusal, or whether the key had been posted; what passes is applied."""
        if key in self.posted:
            return True if self.posted[key] == lines else KeyReused
        after = self.balances.copy()
        for (side, account), kopecks in lines.items():
            more = (side == "debit") == (account in OF_DEBITS)
            after[account] += kopecks if more else -kopecks
        if any(after[place] < self.held(place) for place in WITH_FLOOR):
            return FloorBreached
        self.balances, self.posted[key] = after, lines
        return False

    def reverse(self, key: str, by: str) -> Outcome:
        mirror = {
            ("credit" if side == "debit" else "debit", account): kopecks
            for (side, account), kopecks in self.posted[key].items()
        }
        if by not in self.posted and key in self.reversed:
            return AlreadyReversed
        outcome = self.post(by, mirror)
        if outcome is False:
            self.reversed[key] = by
        return outcome

    def reserve(self, key: str, account: Account, kopecks: int) -> Outcome:
        if self.balances[account] - self.held(account) < kopecks:
            return FloorBreached
        self.holds[key] = (account, kopecks, True)
        return False

    def take(self, hold: str, key: str, lines: Lines) -> Outcome:
        account, left, is_open = self.holds[hold]
        if not is_open:
            return HoldClosed
        taken = lines.get(("debit", account), 0) - lines.get(("credit", account), 0)
        if not 1 <= taken <= left:
            return HoldExceeded
        self.holds[hold] = (account, left - taken, left > taken)
        outcome = self.post(key, lines)
        if outcome is not False:
            self.holds[hold] = (account, left, True)
        return outcome


def lines_of(moves: list[Movement]) -> Lines:
    lines: Lines = defaultdict(int)
    for move in moves:
        lines["debit", move.debit] += move.amount.kopecks
        lines["credit", move.credit] += move.amount.kopecks
    return dict(lines)
