"""What the webhook campaign plays: deals with many steps, links made by the product, and a bank where they end."""

import json
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import requests

from shared.adapters.sbp.factory import payment_provider
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payments import intents
from shared.ports.payments import PaymentOrder
from tests.shared.payments.world import Cast, a_cast

PROVIDER: Final = "yookassa"
_STEPS_OF_A_DEAL: Final = 40
_MOST_DELIVERIES: Final = 5
_MAKERS: Final = 4


class Fate(StrEnum):
    """How a payment ends at the bank."""

    PAID = "paid"
    #: the bank believes in another sum than was asked for
    WRONG_SUM = "wrong_sum"
    CANCELED = "canceled"
    EXPIRED_THEN_PAID = "expired_then_paid"
    #: no message ever comes
    PAID_IN_SILENCE = "paid_in_silence"
    #: nobody pays, and the bank closes it when all is over
    LEFT_OPEN = "left_open"
    #: nobody here asked for it
    FOREIGN = "foreign"


_WEIGHTS: Final = {
    Fate.PAID: 80,
    Fate.WRONG_SUM: 3,
    Fate.CANCELED: 5,
    Fate.EXPIRED_THEN_PAID: 4,
    Fate.PAID_IN_SILENCE: 3,
    Fate.LEFT_OPEN: 3,
    Fate.FOREIGN: 2,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One payment with its fate; ``paid`` is what the bank took, kopecks."""

    provider_id: str
    fate: Fate
    paid: int
    charge: int


@dataclass
class World:
    scenes: list[Scene] = field(default_factory=list)
    #: bodies of messages as the bank would post them, each as often as it is delivered
    deliveries: list[bytes] = field(default_factory=list)


class Bank:
    """The stand-in's control API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()

    def act(self, provider_id: str, action: str, **fields: object) -> dict[str, Any]:
        answer = self._session.post(
            f"{self.url}/_control/payments/{provider_id}/{action}", json=fields, timeout=30
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def silence(self) -> None:
        """The campaign delivers the messages itself."""
        self._session.post(
            f"{self.url}/_control/webhooks", json={"enabled": False}, timeout=30
        ).raise_for_status()


def build(bank: Bank, dice: random.Random, deliveries: int) -> World:
    """As many payments as give about so many deliveries, each message one to five times."""
    world = World()
    fates = _fates(dice)
    while len(world.deliveries) < deliveries:
        fate = [next(fates) for _ in range(_STEPS_OF_A_DEAL)]
        for provider_id, each in zip(_links(fate), fate, strict=True):
            _play(world, bank, dice, provider_id, each)
        _say(f"{len(world.scenes)} links, {len(world.deliveries)} of {deliveries} deliveries written")
    world.deliveries += [_unknown_kind()] * _MOST_DELIVERIES
    dice.shuffle(world.deliveries)
    return world


def _fates(dice: random.Random) -> Iterator[Fate]:
    while True:
        yield from dice.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()), k=_STEPS_OF_A_DEAL)


def _links(fates: list[Fate]) -> list[str]:
    """Provider ids of one deal's links, and of payments that nobody asked for."""
    cast = a_cast(steps=[Money(1_000_00 + place) for place in range(len(fates))])
    with ThreadPoolExecutor(_MAKERS) as pool:
        return list(pool.map(lambda place: _link(cast, place + 1, fates[place]), range(len(fates))))


def _link(cast: Cast, step_no: int, fate: Fate) -> str:
    if fate is Fate.FOREIGN:
        key = f"{cast.deal_id}:{step_no}"[:64]
        return payment_provider(PROVIDER).create(_foreign(step_no), key=key).provider_id
    made = intents.create_intent(
        Transactions(),
        providers=payment_provider,
        deal_id=cast.deal_id,
        step_no=step_no,
        viewer=cast.agent,
        actor=SYSTEM,
        now=utc_now(),
    )
    if made.intent.provider_payment_id is None:
        raise RuntimeError("the bank made no payment")
    return made.intent.provider_payment_id


def _foreign(step_no: int) -> PaymentOrder:
    return PaymentOrder(
        intent_id="of-another-system",
        amount=Money(2_000_00 + step_no),
        description="Другая система",
        return_url="https://example.test/done",
        created_at=utc_now(),
    )


def _play(world: World, bank: Bank, dice: random.Random, provider_id: str, fate: Fate) -> None:
    """Let the payment end, and write down the messages that tell of it."""
    told: list[tuple[str, dict[str, Any]]] = []
    match fate:
        case Fate.LEFT_OPEN:
            pass
        case Fate.CANCELED:
            told.append(("payment.canceled", bank.act(provider_id, "fail")))
        case Fate.EXPIRED_THEN_PAID:
            told.append(("payment.canceled", bank.act(provider_id, "expire")))
            told.append(("payment.succeeded", bank.act(provider_id, "pay", late=True)))
        case Fate.WRONG_SUM:
            told.append(("payment.succeeded", bank.act(provider_id, "pay", amount="777.01")))
        case _:
            told.append(("payment.succeeded", bank.act(provider_id, "pay")))
    world.scenes.append(_scene(provider_id, fate, told))
    if fate is Fate.PAID_IN_SILENCE:
        return
    for kind, payment in told:
        message = {"type": "notification", "event": kind, "object": payment}
        world.deliveries += [json.dumps(message).encode()] * dice.randint(1, _MOST_DELIVERIES)


def _scene(provider_id: str, fate: Fate, told: list[tuple[str, dict[str, Any]]]) -> Scene:
    last = told[-1][1] if told else {}
    if last.get("status") != "succeeded":
        return Scene(provider_id, fate, 0, 0)
    paid = Money.from_rubles(last["amount"]["value"]).kopecks
    return Scene(provider_id, fate, paid, paid - Money.from_rubles(last["income_amount"]["value"]).kopecks)


def _unknown_kind() -> bytes:
    return json.dumps({"type": "notification", "event": "deal.closed", "object": {"id": "dl-1"}}).encode()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
