"""What the books say of refunds and payouts after a webhook campaign, held against the banks' registers."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.ledger import tables
from shared.ledger.accounts import Account
from shared.ledger.posting import Kind
from shared.payments.models import Payment
from shared.payouts.models import ON_THE_WAY, Payout, PayoutStatus
from shared.refunds.lifecycle import FINAL
from shared.refunds.models import Refund, RefundPart, RefundStatus
from tests.campaigns._webhooks_facts import Ending, Register, Verdict

_REFUND_BEGINS: Final = frozenset({Kind.REFUND_ACCEPTED, Kind.SUSPENSE_RESOLVED})
_ONCE: Final = {
    "refund": (_REFUND_BEGINS, frozenset({Kind.REFUND_SUCCEEDED})),
    "payout": (frozenset({Kind.PAYOUT_RESERVED}), frozenset({Kind.PAYOUT_SUCCEEDED})),
}


def judge_outflow(session: Session, registers: Sequence[Register]) -> Verdict:
    refunds = {row.id: row for row in session.scalars(select(Refund))}
    payouts = {row.id: row for row in session.scalars(select(Payout)) if row.owner_user_id is not None}
    gave = {
        row.id: row.amount_kopecks.kopecks for row in refunds.values() if row.status is RefundStatus.SUCCEEDED
    }
    paid = {
        row.id: row.amount_kopecks.kopecks for row in payouts.values() if row.status is PayoutStatus.SUCCEEDED
    }
    given = [one for register in registers for one in register.refunds]
    sent = [one for register in registers for one in register.payouts]
    verdicts = [
        _compared(session, "refund", gave, refunds.keys(), given),
        _compared(session, "payout", paid, payouts.keys(), sent),
    ]
    open_refunds = sum(row.status not in FINAL for row in refunds.values())
    open_payouts = sum(row.status in {PayoutStatus.PLANNED, *ON_THE_WAY} for row in payouts.values())
    return Verdict(
        sum(each.lost for each in verdicts),
        sum(each.doubled for each in verdicts),
        sum(each.off_kopecks for each in verdicts)
        + _off_payments(session, given)
        + _off_parts(session, list(refunds.values())),
        open_refunds + open_payouts,
    )


def lent_to(session: Session, account: Account) -> int:
    """What other accounts put where refunds are paid from, kopecks."""
    posted, reversal = tables.transactions, tables.transactions.alias()
    amounts = session.scalars(
        select(tables.entries.c.amount_kopecks)
        .join(posted, posted.c.id == tables.entries.c.transaction_id)
        .join(tables.accounts, tables.accounts.c.id == tables.entries.c.account_id)
        .where(
            posted.c.kind == Kind.REFUND_FUNDED,
            tables.accounts.c.key == account.key,
            ~exists().where(reversal.c.reverses_id == posted.c.id),
        )
    )
    return sum(amount.kopecks for amount in amounts)


def _compared(
    session: Session, subject: str, ended: Mapping[UUID, int], known: Iterable[UUID], told: list[Ending]
) -> Verdict:
    """:param ended: kopecks by the rows that the books have as done"""
    made: Counter[UUID] = Counter()
    done: Counter[UUID] = Counter()
    for one in told:
        made[_row(one)] += 1
        done[_row(one)] += one.amount if one.done else 0
    gone = {row for row, kopecks in done.items() if kopecks}
    postings = _postings(session, subject)
    begun, finished = _ONCE[subject]
    lost = len(gone - ended.keys()) + sum(not any(postings[row, kind] for kind in finished) for row in ended)
    doubled = (
        len(ended.keys() - gone)
        + len(made.keys() - set(known))
        # Each attempt is one at the bank; none of the campaign's is asked for anew.
        + sum(count - 1 for count in made.values())
        + sum(count - 1 for (_, kind), count in postings.items() if kind in begun | finished)
        + sum(row not in ended for row, kind in postings if kind in finished)
    )
    off = sum(abs(done[row] - ended[row]) for row in gone & ended.keys())
    return Verdict(lost, doubled, off, 0)


def _postings(session: Session, subject: str) -> Counter[tuple[UUID, str]]:
    """How often each kind was posted, by the refund or payout that caused it."""
    column = tables.transactions.c[f"{subject}_id"]
    rows = session.execute(
        select(column, tables.transactions.c.kind, func.count())
        .where(column.is_not(None))
        .group_by(column, tables.transactions.c.kind)
    )
    return Counter({(row[0], Kind(row[1])): row[2] for row in rows})


def _off_payments(session: Session, given: list[Ending]) -> int:
    """By payment: what the bank gave back, and what the books say that it gave back."""
    back: Counter[str] = Counter()
    for one in given:
        back[one.provider_id] += one.amount if one.done else 0
    rows = session.execute(
        select(Payment.provider_payment_id, Refund.amount_kopecks)
        .join(Refund, Refund.payment_id == Payment.id)
        .where(Refund.status == RefundStatus.SUCCEEDED)
    )
    for provider_id, amount in rows:
        back[provider_id] -= amount.kopecks
    return sum(abs(each) for each in back.values())


def _off_parts(session: Session, refunds: list[Refund]) -> int:
    """What a refund's parts give is the refund; a payment that fitted nothing has no parts."""
    parts: Counter[UUID] = Counter()
    for part in session.scalars(select(RefundPart)):
        parts[part.refund_id] += part.amount_kopecks.kopecks
    whole = {row.id: row.amount_kopecks for row in refunds if row.deal_id is not None}
    return sum(abs((amount - Money(parts[row])).kopecks) for row, amount in whole.items())


def _row(ending: Ending) -> UUID:
    """A later attempt's reference is the row's id and its number."""
    return UUID(ending.reference.partition("/")[0])
