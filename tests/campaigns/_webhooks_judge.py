"""What the books say after a webhook campaign, held against what the bank did."""

from collections import Counter
from typing import Final, NamedTuple

from sqlalchemy import func, select

from shared.db.session import Transactions
from shared.deals.models import PaymentStep, StepStatus
from shared.kernel.money import Money
from shared.ledger import tables
from shared.ledger.posting import Kind
from shared.payments.models import OPEN, Payment, PaymentIntent, PaymentStatus, Split
from shared.payouts.books import read_books
from tests.campaigns._webhooks_world import Fate, Scene

#: money that belongs to its step, however it came; the rest is kept apart
_CREDITED: Final = frozenset({Fate.PAID, Fate.EXPIRED_THEN_PAID, Fate.PAID_IN_SILENCE})


class Verdict(NamedTuple):
    lost: int
    doubled: int
    off_kopecks: int
    unfinished: int


def judge(scenes: list[Scene]) -> Verdict:
    """:param scenes: all that happened at the bank, which is asked for nothing here"""
    with Transactions()() as session:
        payments = {row.provider_payment_id: row for row in session.scalars(select(Payment)).all()}
        open_links = session.scalar(
            select(func.count()).select_from(PaymentIntent).where(PaymentIntent.status.in_(OPEN))
        )
        paid_steps = session.scalar(
            select(func.count()).select_from(PaymentStep).where(PaymentStep.status == StepStatus.PAID)
        )
        postings = Counter(
            session.scalars(
                select(tables.transactions.c.payment_id).where(
                    tables.transactions.c.kind == Kind.PAYMENT_RECEIVED
                )
            )
        )
        summed = session.execute(
            select(Split.payment_id, func.sum(Split.amount_kopecks)).group_by(Split.payment_id)
        ).all()
        split_sums = {row[0]: _kopecks(row[1]) for row in summed}
        books = read_books(session)
    by_kind = {kind: amount.kopecks for kind, amount in books.by_kind.items()}
    taken = {scene.provider_id: scene for scene in scenes if scene.paid}
    credited = [scene for scene in scenes if scene.fate in _CREDITED]
    received = [one for one in payments.values() if one.status is PaymentStatus.RECEIVED]
    lost = len(taken.keys() - payments.keys()) + max(0, len(credited) - (paid_steps or 0))
    doubled = (
        len(payments.keys() - taken.keys())
        + sum(count - 1 for count in postings.values())
        + max(0, (paid_steps or 0) - len(credited))
        + max(0, len(received) - len(credited))
    )
    off = [
        sum(scene.paid for scene in scenes) - sum(one.amount_kopecks.kopecks for one in payments.values()),
        sum(scene.charge for scene in scenes) - sum(one.charge_kopecks.kopecks for one in payments.values()),
        sum(scene.paid - scene.charge for scene in scenes) - by_kind.get("provider_clearing", 0),
        sum(scene.charge for scene in scenes) - by_kind.get("acquiring_fee", 0),
        sum(scene.paid for scene in credited) - by_kind.get("deal_hold", 0),
        sum(scene.paid for scene in taken.values() if scene not in credited) - by_kind.get("suspense", 0),
        books.totals.debits.kopecks - books.totals.credits.kopecks,
        *(one.amount_kopecks.kopecks - split_sums.get(one.id, 0) for one in received),
        *(
            payments[provider_id].amount_kopecks.kopecks - scene.paid
            for provider_id, scene in taken.items()
            if provider_id in payments
        ),
    ]
    return Verdict(lost, doubled, sum(abs(each) for each in off), open_links or 0)


def _kopecks(summed: object) -> int:
    """A sum as the driver reads it: money, or a whole number where the database widened it."""
    return summed.kopecks if isinstance(summed, Money) else int(str(summed))
