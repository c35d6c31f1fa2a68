"""Money that goes out in a webhook campaign: refunds and payouts by the product's own calls, ended by the banks.

Two rounds, each asked for, sent, ended and told. In the first the banks' answers get lost; in the second some fail, and
what was given back in part, or released, is given back further.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from shared.access.rights import Reach
from shared.adapters.payouts.factory import payout_provider
from shared.adapters.sbp.partial_refunds import pays_back_parts
from shared.adapters.sbp.refund_factory import refund_provider
from shared.audit.service import SYSTEM
from shared.config import refunds as settings
from shared.db.errors import DatabaseUnavailable, TryAgain
from shared.db.session import Transactions
from shared.deals.models import Deal
from shared.deals.service import Viewer
from shared.kernel.clock import utc_now
from shared.kernel.money import Money, total
from shared.payments.models import Payment
from shared.payouts import release
from shared.payouts.bank_movements import BankMovement, MovementKind, record_movement
from shared.payouts.models import Payout
from shared.payouts.sending import Sender
from shared.receipts import income, refunded
from shared.receipts.tax_gate import tax_gate
from shared.refunds.models import RefundReason
from shared.refunds.requesting import Wanted, request_refund
from shared.refunds.sending import RefundSender
from shared.refunds.unplaced import return_unplaced
from tests.campaigns._webhooks_facts import Fate, Scene
from tests.campaigns._webhooks_judge import credited
from tests.campaigns._webhooks_world import Bank, Delivery, repeated

_PAYS_OUT: Final = "yookassa"
#: money in a bank's deal is paid out of that deal, which no rail does yet: those steps stay held
_RELEASED_AT: Final = ("yookassa", "tbank")
_PLATFORMS: Final = Money(1_000_000_00)
_LOST_ANSWERS: Final = 2
_SENDERS: Final = 4
_TRIES: Final = 20

# What happens to the credited payments of a terminal, one after another.
_CYCLE: Final = ("whole", "part", "release", "part", "release_later", "whole_later", "part", "whole", "", "")


class _Paid(NamedTuple):
    """A payment as the product has it; one that fitted nothing has no deal."""

    payment_id: UUID
    amount: Money
    step_id: UUID | None
    deal_id: UUID | None
    agent_id: UUID | None


class Outflow:
    def __init__(self, banks: list[Bank], scenes: list[Scene], dice: random.Random) -> None:
        self._banks = banks
        self._dice = dice
        self._paid = _payments()
        self._plan = self._planned(scenes)
        #: by the provider's id, so far
        self._asked: defaultdict[str, Money] = defaultdict(Money.zero)
        self.released: set[str] = set()
        self.settled: Counter[str] = Counter()
        self.funded = 0

    def first_round(self) -> list[Delivery]:
        """Wholes and parts of held payments, what fitted nothing, and steps that are released."""
        _move(MovementKind.OWN_FUNDS_IN, None, _PLATFORMS)
        for provider_id in self._plan["whole"]:
            self._give_back(provider_id, self._paid[provider_id].amount)
        for provider_id in self._plan["part"]:
            self._give_back(provider_id, self._a_part(provider_id))
        for provider_id in self._plan["unplaced"]:
            self._return(provider_id)
        self._release(self._plan["release"])
        for bank in self._banks:
            bank.lose_answers(_LOST_ANSWERS)
        return self._sent_and_ended(timedelta(), failing=False)

    def second_round(self) -> list[Delivery]:
        """The rest of what was given back in part, released money, and more steps that are released."""
        for place, provider_id in enumerate(self._plan["part"]):
            rest = self._left(provider_id)
            if place % 3:
                self._give_back(provider_id, rest if place % 3 == 1 else self._a_part(provider_id))
        for provider_id in self._plan["whole_later"]:
            self._give_back(provider_id, self._paid[provider_id].amount)
        self._release(self._plan["release_later"])
        for provider_id in self._plan["release"][::2] + self._plan["release_later"][::3]:
            self._give_back(provider_id, self._a_part(provider_id))
        for provider_id in self._plan["unplaced_later"]:
            self._return(provider_id)
        return self._sent_and_ended(timedelta(minutes=30), failing=True)

    def look(self) -> None:
        """The schedules' runs while messages still come; the database may be away."""
        for _ in range(_TRIES):
            with suppress(DBAPIError, DatabaseUnavailable, TryAgain):
                send_due(utc_now() + timedelta(minutes=20))
                return
            time.sleep(0.1)

    def _sent_and_ended(self, later: timedelta, *, failing: bool) -> list[Delivery]:
        self._fund()
        at_once(lambda: send_due(utc_now() + later))
        told = [message for bank in self._banks for message in bank.end_outflow(failing=failing)]
        deliveries = repeated(told, self._dice)
        self._dice.shuffle(deliveries)
        return deliveries

    def _planned(self, scenes: list[Scene]) -> dict[str, list[str]]:
        """What happens to which payments, by the provider's ids; those that no message told of stay as they are."""
        plan: defaultdict[str, list[str]] = defaultdict(list)
        places: Counter[str] = Counter()
        known = [scene for scene in scenes if scene.provider_id in self._paid]
        for scene in credited(known):
            doing = _CYCLE[places[scene.terminal] % len(_CYCLE)]
            places[scene.terminal] += 1
            if doing.startswith("release") and scene.terminal not in _RELEASED_AT:
                doing = "part"
            plan[doing].append(scene.provider_id)
        apart = [scene.provider_id for scene in known if scene.fate in {Fate.WRONG_SUM, Fate.FOREIGN}]
        plan["unplaced"], plan["unplaced_later"] = apart[::2], apart[1::4]
        return plan

    def _a_part(self, provider_id: str) -> Money:
        """Less than half of what is left."""
        return Money(self._dice.randint(1_00, self._left(provider_id).kopecks // 2))

    def _left(self, provider_id: str) -> Money:
        return self._paid[provider_id].amount - self._asked[provider_id]

    def _give_back(self, provider_id: str, amount: Money) -> None:
        paid = self._paid[provider_id]
        self._asked[provider_id] += amount
        with Transactions()() as session:
            request_refund(
                session,
                payment_id=paid.payment_id,
                wanted=Wanted(amount, RefundReason.CLIENT_REQUEST),
                viewer=Viewer(_known(paid.agent_id), Reach.OWN, None),
                actor=SYSTEM,
                pays_back_parts=pays_back_parts,
                settings=settings.load(),
                now=utc_now(),
            )

    def _return(self, provider_id: str) -> None:
        anybody = next(paid.agent_id for paid in self._paid.values() if paid.agent_id is not None)
        with Transactions()() as session:
            return_unplaced(
                session,
                payment_id=self._paid[provider_id].payment_id,
                requested_by=anybody,
                actor=SYSTEM,
                now=utc_now(),
            )

    def _release(self, provider_ids: list[str]) -> None:
        for provider_id in provider_ids:
            paid = self._paid[provider_id]
            with Transactions()() as session:
                released = release.release_step(
                    session, step_id=_known(paid.step_id), deal_id=_known(paid.deal_id), now=utc_now()
                )
            if not released:
                raise RuntimeError("a paid step was not released")
            self.released.add(provider_id)

    def _fund(self) -> None:
        """The banks send on what payouts need, each half of it, and it goes to where they are made from."""
        with Transactions()() as session:
            planned = select(Payout.amount_kopecks).where(Payout.owner_user_id.is_not(None))
            needed = total(list(session.scalars(planned)))
        half = max(0, (needed.kopecks * 5 // 4 - self.funded) // len(_RELEASED_AT))
        if half == 0:
            return
        for terminal in _RELEASED_AT:
            _move(MovementKind.PROVIDER_SETTLED, terminal, Money(half))
            self.settled[terminal] += half
            _move(MovementKind.PAYOUTS_FUNDED, _PAYS_OUT, Money(half))
            self.funded += half


def send_due(now: datetime) -> int:
    """The schedules of refunds and payouts until nothing is due; how often something was taken one step on."""
    refunds = RefundSender(Transactions(), refund_provider, refunded.of_refund, now)
    payouts = Sender(Transactions(), payout_provider(_PAYS_OUT), (tax_gate,), income.of_payout, now)
    taken = 0
    for send in (refunds.send_due, payouts.send_due):
        while found := send():
            taken += sum(found.values())
    return taken


def at_once(send: Callable[[], object]) -> None:
    """As overlapping runs of a schedule do."""
    with ThreadPoolExecutor(_SENDERS) as pool:
        for run in [pool.submit(send) for _ in range(_SENDERS)]:
            run.result()


def _payments() -> dict[str, _Paid]:
    with Transactions()() as session:
        rows = session.execute(
            select(
                Payment.provider_payment_id,
                Payment.id,
                Payment.amount_kopecks,
                Payment.schedule_id,
                Payment.deal_id,
                Deal.agent_id,
            ).outerjoin(Deal, Deal.id == Payment.deal_id)
        ).all()
    return {row[0]: _Paid(*row[1:]) for row in rows}


def _move(kind: MovementKind, provider: str | None, amount: Money) -> None:
    now = utc_now()
    with Transactions()() as session:
        record_movement(session, BankMovement(kind, provider, amount, str(uuid4()), now), now=now)


def _known(found: UUID | None) -> UUID:
    if found is None:
        raise RuntimeError("a credited payment has its deal")
    return found
