"""``./dev campaign ledger [--json] [--seed N] [--small]``: sequences of postings, reversals and holds against a judge.

Then postings that many workers try to reverse at the same time, each under a key of its own: exactly one may succeed.
A failing sequence is printed as the steps that lead to it, made as short as they get; the seed draws it again.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.orm import Session

from infra.bench.database import passing
from shared.kernel.errors import DomainError
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances
from shared.ledger.errors import AlreadyReversed
from shared.ledger.posting import Cause, Kind, Movement, Posting, post_many, reverse
from tests.campaigns._frame import begun
from tests.campaigns._ledger_machine import NOON, LedgerMachine
from tests.conftest import engine_for

SEQUENCES: Final = 10_000
SMALL: Final = 500
STEPS: Final = 12


class Contest(Exception):
    """What went wrong when many reversed the same."""


def try_sequences(session: Session, *, count: int, from_seed: int, shrink: bool = True) -> None:
    """:param shrink: make a failing sequence as short as it gets

    :raises AssertionError: the judge and the ledger disagree; hypothesis tells by which steps
    """
    LedgerMachine.session = session
    chosen = settings(
        max_examples=count,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(from_seed)(LedgerMachine), settings=chosen)


def contest_reversals(url: str, *, postings: int, among: int, workers: int, from_seed: int) -> int:
    """Every posting is reversed by every second worker at about the same time; returns how many attempts there were.

    :param url: the application's address of the database
    :param among: so many accounts with a floor
    :raises Contest: a posting was reversed twice or not at all, or the balances are not what they were
    """
    dice = random.Random(from_seed)  # noqa: S311 -- to be replayed, not to be secret
    deal = new_id()
    steps = [accounts.deal_hold(deal, number) for number in range(among)]
    with Session(engine_for(url)) as session:
        first = post_many(session, _some(dice, steps, postings))
        session.commit()
    ids = [result.transaction_id for result in first]

    def work(number: int) -> Counter[UUID]:
        mine = [one for place, one in enumerate(ids) if (place + number) % 2]
        random.Random(f"{from_seed}:{number}").shuffle(mine)  # noqa: S311 -- same
        return _reverse(url, mine, f"worker {number}")

    with ThreadPoolExecutor(workers) as pool:
        won: Counter[UUID] = sum(pool.map(work, range(workers)), Counter())
    with Session(engine_for(url)) as session:
        left = {step: balances.balance_of(session, step) for step in steps}
        drifted = balances.drifted_accounts(session)
    wrong = [one for one in ids if won[one] != 1]
    if wrong or drifted:
        raise Contest(
            f"{len(wrong)} of {postings} were not reversed exactly once, {len(drifted)} accounts drifted"
        )
    if set(left.values()) != {Money.zero()}:
        raise Contest("reversed postings left something behind")
    return postings * workers // 2


def _some(dice: random.Random, steps: Sequence[accounts.Account], count: int) -> list[Posting]:
    clearing = accounts.provider_clearing("yookassa")
    return [
        Posting(
            Kind.PAYMENT_RECEIVED,
            str(new_id()),
            [Movement(clearing, step, Money(dice.randint(1, 1_000))) for step in dice.sample(steps, 2)],
            NOON,
            Cause(),
        )
        for _ in range(count)
    ]


def _reverse(url: str, ids: Sequence[UUID], worker: str) -> Counter[UUID]:
    """Whose reversal succeeded; that another was faster is the one refusal that is right."""
    won: Counter[UUID] = Counter()
    with Session(engine_for(url)) as session:
        for one in ids:
            try:
                result = reverse(session, transaction_id=one, key=f"{worker}: {one}", occurred_at=NOON)
                session.commit()
            except AlreadyReversed:
                session.rollback()
            except DomainError as surprise:
                raise Contest(f"a reversal was refused by {type(surprise).__name__}") from surprise
            else:
                won[one] += not result.already_posted
    return won


def main(arguments: Sequence[str]) -> int:
    campaign = begun("ledger", arguments)
    sequences = SMALL if campaign.small else SEQUENCES
    faults = attempts = 0
    with passing() as server:
        url = os.environ["DATABASE_URL"]
        with Session(engine_for(server.app_url), expire_on_commit=False) as session:
            # In pieces, each of a seed of its own, to say how far it is.
            for done in range(0, sequences, SMALL):
                try:
                    try_sequences(session, count=SMALL, from_seed=campaign.seed + done)
                except AssertionError as fault:
                    faults += 1
                    print(f"seed {campaign.seed + done}: {fault}", *getattr(fault, "__notes__", ()), sep="\n")
                campaign.shown(done + SMALL, sequences, "sequences", faults)
        many = 60 if campaign.small else 500
        try:
            attempts = contest_reversals(url, postings=many, among=80, workers=20, from_seed=campaign.seed)
        except Contest as fault:
            faults += 1
            print(fault)
    return campaign.ended({"sequences": sequences, "reversals_tried": attempts}, faults=faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
