"""What the webhook campaign plays: deals with many steps, links made by the product, and two banks where they end."""

import json
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

import requests
from sqlalchemy import update

from shared.adapters.sbp.factory import payment_provider
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.organizations.models import Organization
from shared.payments import intents
from shared.ports.payments import PaymentOrder
from tests.campaigns import _frame
from tests.campaigns._webhooks_facts import Fate, Register, Scene
from tests.shared.payments.world import Cast, a_cast

_MOST_DELIVERIES: Final = 5
_MAKERS: Final = 4


_WEIGHTS: Final = {
    Fate.PAID: 80,
    Fate.WRONG_SUM: 3,
    Fate.CANCELED: 5,
    Fate.EXPIRED_THEN_PAID: 4,
    Fate.PAID_IN_SILENCE: 3,
    Fate.LEFT_OPEN: 3,
    Fate.FOREIGN: 2,
}


class Delivery(NamedTuple):
    """One message on its way to us."""

    terminal: str
    peer: str
    body: bytes
    #: what the bank didn't write is refused, and changes nothing
    genuine: bool = True

    def document(self) -> str | None:
        """The number of the fiscal document that it tells of."""
        number = json.loads(self.body).get("FiscalDocumentNumber") if self.genuine else None
        return None if number is None else str(number)


class Play(NamedTuple):
    """How a deal's payments ended, and the messages that tell of it, each once."""

    scenes: list[Scene]
    told: list[Delivery]
    forged: list[Delivery]


class Bank(Protocol):
    terminal: str

    def silence(self) -> None:
        """The campaign delivers the messages itself, and refunds and payouts wait for it."""

    def play(self, fates: Sequence[tuple[str, Fate]]) -> Play:
        """:param fates: by the provider's id"""

    def close(self, provider_id: str) -> None:
        """Nobody paid in time."""

    def lose_answers(self, count: int) -> None:
        """Of the next refunds and payouts nobody hears that they were taken."""

    def end_outflow(self, *, failing: bool) -> list[Delivery]:
        """Refunds and payouts that wait at the bank end; the messages that tell of it, each once.

        :param failing: some of them, of which not every bank sends word
        """

    def let_go(self) -> None:
        """Whatever is asked for from now on ends at once."""

    def register(self) -> Register:
        """What the bank says when all is over."""


@dataclass
class World:
    scenes: list[Scene] = field(default_factory=list)
    #: messages as the banks would post them, each as often as it is delivered
    deliveries: list[Delivery] = field(default_factory=list)


class Control:
    """A stand-in's control API."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()

    def post(self, path: str, **fields: object) -> dict[str, Any]:
        answer = self._session.post(f"{self._url}/_control/{path}", json=fields, timeout=30)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def see(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.read(path))
        return found

    def read(self, path: str) -> str:
        answer = self._session.get(f"{self._url}/_control/{path}", timeout=30)
        answer.raise_for_status()
        return answer.text


def build(banks: Sequence[Bank], dice: random.Random, deliveries: int, *, steps: int) -> World:
    """As many payments as give about so many deliveries, each message one to five times; every bank has its turn.

    :param steps: of each deal
    """
    world = World()
    deals = 0
    while len(world.deliveries) < deliveries or deals < len(banks):
        bank = banks[deals % len(banks)]
        fate = _fates(dice, steps, first=deals < len(banks))
        deals += 1
        played = bank.play(list(zip(_links(bank.terminal, fate), fate, strict=True)))
        world.scenes += played.scenes
        world.deliveries += repeated(played.told, dice)
        world.deliveries += played.forged
        _frame.say(f"{len(world.scenes)} links, {len(world.deliveries)} of {deliveries} deliveries written")
    dice.shuffle(world.deliveries)
    return world


def repeated(messages: Sequence[Delivery], dice: random.Random) -> list[Delivery]:
    """Each one to five times."""
    return [message for message in messages for _ in range(dice.randint(1, _MOST_DELIVERIES))]


def _fates(dice: random.Random, steps: int, *, first: bool) -> list[Fate]:
    """By their weights; of a bank's first deal each at least once."""
    each = list(Fate) if first else []
    return each + dice.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()), k=steps - len(each))


def _links(terminal: str, fates: list[Fate]) -> list[str]:
    """Provider ids of one deal's links, and of payments that nobody asked for."""
    cast = a_cast(steps=[Money(1_000_00 + place) for place in range(len(fates))])
    with Transactions()() as session:
        given = update(Organization).where(Organization.id == cast.organization_id)
        session.execute(given.values(payment_terminal=terminal))
    with ThreadPoolExecutor(_MAKERS) as pool:
        return list(pool.map(lambda place: _link(terminal, cast, place + 1, fates[place]), range(len(fates))))


def _link(terminal: str, cast: Cast, step_no: int, fate: Fate) -> str:
    if fate is Fate.FOREIGN:
        key = f"{cast.deal_id}:{step_no}"[:64]
        return payment_provider(terminal).create(_foreign(cast, step_no), key=key).provider_id
    made = intents.create_intent(
        Transactions(),
        providers=payment_provider,
        deal_id=cast.deal_id,
        step_no=step_no,
        viewer=cast.agent,
        actor=SYSTEM,
        now=utc_now(),
    )
    if made.intent.provider_payment_id is None or made.intent.provider != terminal:
        raise RuntimeError("the bank made no payment")
    return made.intent.provider_payment_id


def _foreign(cast: Cast, step_no: int) -> PaymentOrder:
    return PaymentOrder(
        intent_id=f"other-{step_no}-{cast.deal_id.hex[-16:]}",
        amount=Money(2_000_00 + step_no),
        description="Другая система",
        return_url="https://example.test/done",
        created_at=utc_now(),
    )


def is_told(place: int) -> bool:
    """Of every sixth end no message comes."""
    return place % 6 != 5


def fails_at(place: int) -> bool:
    """Where some fail, it is every fourth."""
    return place % 4 == 2
