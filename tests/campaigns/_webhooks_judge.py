"""What the books say after a webhook campaign, held against what the banks did."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.deals.models import PaymentStep
from shared.kernel.money import Money
from shared.ledger import accounts, balances, tables
from shared.ledger.posting import Kind
from shared.payments.models import OPEN, Payment, PaymentIntent, PaymentStatus, Split
from shared.payouts.books import read_books
from shared.receipts.document_models import KeptDocument
from tests.campaigns._webhooks_facts import Facts, Fate, Scene, Verdict
from tests.campaigns._webhooks_outflow_judge import judge_outflow, lent_to

#: money that belongs to its step, however it came; the rest is kept apart
_CREDITED: Final = frozenset({Fate.PAID, Fate.EXPIRED_THEN_PAID, Fate.PAID_IN_SILENCE})


def judge(facts: Facts) -> Verdict:
    """:param facts: all that happened at the banks, which are asked for nothing here"""
    with Transactions()() as session:
        inflow = _judge_payments(session, facts)
        outflow = judge_outflow(session, facts.registers)
        off = _off_balances(session, facts)
        kept = Counter(session.scalars(select(KeptDocument.document_number)))
    return Verdict(
        inflow.lost + outflow.lost + len(facts.documents - kept.keys()),
        inflow.doubled + outflow.doubled + (kept - Counter(facts.documents)).total(),
        inflow.off_kopecks + outflow.off_kopecks + off,
        inflow.unfinished + outflow.unfinished,
    )


def credited(scenes: list[Scene]) -> list[Scene]:
    """Those whose money is their steps'."""
    return [scene for scene in scenes if scene.fate in _CREDITED]


def _judge_payments(session: Session, facts: Facts) -> Verdict:
    payments = {row.provider_payment_id: row for row in session.scalars(select(Payment)).all()}
    open_links = _count(session, PaymentIntent, PaymentIntent.status.in_(OPEN))
    # What became of a paid step later is the refunds' and the releases' matter.
    paid_steps = _count(session, PaymentStep, PaymentStep.paid_at.is_not(None))
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
    taken = {scene.provider_id: scene for scene in facts.scenes if scene.paid}
    belonging = credited(list(facts.scenes))
    received = [one for one in payments.values() if one.status is PaymentStatus.RECEIVED]
    lost = len(taken.keys() - payments.keys()) + max(0, len(belonging) - paid_steps)
    doubled = (
        len(payments.keys() - taken.keys())
        + sum(count - 1 for count in postings.values())
        + max(0, paid_steps - len(belonging))
        + max(0, len(received) - len(belonging))
    )
    off = [
        sum(scene.paid for scene in facts.scenes)
        - sum(one.amount_kopecks.kopecks for one in payments.values()),
        sum(scene.charge for scene in facts.scenes)
        - sum(one.charge_kopecks.kopecks for one in payments.values()),
        *(one.amount_kopecks.kopecks - split_sums.get(one.id, 0) for one in received),
        *(
            payments[provider_id].amount_kopecks.kopecks - scene.paid
            for provider_id, scene in taken.items()
            if provider_id in payments
        ),
    ]
    return Verdict(lost, doubled, _far(off), open_links)


def _off_balances(session: Session, facts: Facts) -> int:
    """How far the books' balances are from the banks'."""
    books = read_books(session)
    held = {kind: amount.kopecks for kind, amount in books.by_kind.items()}
    back = _given_back(facts)
    belonging = {scene.provider_id for scene in credited(list(facts.scenes))}
    left = {scene.provider_id: scene.paid - back[scene.provider_id] for scene in facts.scenes}
    paid_out = sum(one.amount for each in facts.registers for one in each.payouts if one.done)
    off = [
        held.get("acquiring_fee", 0) - sum(scene.charge for scene in facts.scenes),
        held.get("deal_hold", 0) - sum(left[one] for one in belonging - facts.released),
        held.get("suspense", 0) - sum(kopecks for one, kopecks in left.items() if one not in belonging),
        held.get("refund_in_transit", 0),
        held.get("payout_in_transit", 0),
        held.get("payout_float", 0) - (facts.funded - paid_out),
        books.totals.debits.kopecks - books.totals.credits.kopecks,
        _off_deals(session, facts, held.get("provider_deal", 0)),
        *_off_clearing(session, facts, back),
    ]
    return _far(off)


def _off_clearing(session: Session, facts: Facts, back: Mapping[str, int]) -> list[int]:
    """By terminal: what it collected, kept, sent on and gave back; money lent for refunds comes on top."""
    in_deals = {register.terminal for register in facts.registers if register.deals}
    found = []
    for terminal in {scene.terminal for scene in facts.scenes}:
        collected = [
            scene.paid - scene.charge - back[scene.provider_id]
            for scene in facts.scenes
            if scene.terminal == terminal and terminal not in in_deals
        ]
        account = accounts.provider_clearing(terminal)
        kept = balances.balance_of(session, account).kopecks - lent_to(session, account)
        found.append(kept - (sum(collected) - facts.settled.get(terminal, 0)))
    return found


def _off_deals(session: Session, facts: Facts, whole: int) -> int:
    """Each deal at a bank holds what the bank says, and there are no others."""
    told = {
        accounts.provider_deal(register.terminal, deal): kopecks
        for register in facts.registers
        for deal, kopecks in register.deals.items()
    }
    each = [balances.balance_of(session, account).kopecks - kopecks for account, kopecks in told.items()]
    return _far([*each, whole - sum(told.values())])


def _given_back(facts: Facts) -> Counter[str]:
    """By payment."""
    back: Counter[str] = Counter()
    for register in facts.registers:
        for one in register.refunds:
            back[one.provider_id] += one.amount if one.done else 0
    return back


def _count(session: Session, model: Any, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(model).where(condition)) or 0


def _far(differences: list[int]) -> int:
    return sum(abs(each) for each in differences)


def _kopecks(summed: object) -> int:
    """A sum as the driver reads it: money, or a whole number where the database widened it."""
    return summed.kopecks if isinstance(summed, Money) else int(str(summed))
