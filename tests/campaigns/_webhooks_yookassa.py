"""YooKassa in the webhook campaign: its messages prove nothing but where they come from, so that it is asked."""

import json
from collections.abc import Sequence
from typing import Any, Final

from shared.kernel.money import Money
from tests.campaigns._webhooks_world import Control, Delivery, Fate, Play, Scene

_PEER: Final = "77.75.153.7"
_STRANGER: Final = "198.51.100.7"


class YooKassaBank:
    terminal = "yookassa"

    def __init__(self, url: str) -> None:
        self._control = Control(url)

    def silence(self) -> None:
        self._control.post("webhooks", enabled=False)

    def close(self, provider_id: str) -> None:
        self._act(provider_id, "expire")

    def play(self, fates: Sequence[tuple[str, Fate]]) -> Play:
        played = Play([], [_message("deal.closed", {"id": "dl-1"})], [])
        for provider_id, fate in fates:
            told = self._end(provider_id, fate)
            played.scenes.append(_scene(provider_id, fate, told))
            if fate is Fate.LEFT_OPEN:
                claimed = _message("payment.succeeded", {"id": provider_id})
                played.forged.append(claimed._replace(peer=_STRANGER, genuine=False))
            if fate is not Fate.PAID_IN_SILENCE:
                played.told.extend(_message(kind, payment) for kind, payment in told)
        return played

    def _end(self, provider_id: str, fate: Fate) -> list[tuple[str, dict[str, Any]]]:
        """Let the payment end; what the bank would say of it."""
        match fate:
            case Fate.LEFT_OPEN:
                return []
            case Fate.CANCELED:
                return [("payment.canceled", self._act(provider_id, "fail"))]
            case Fate.EXPIRED_THEN_PAID:
                return [
                    ("payment.canceled", self._act(provider_id, "expire")),
                    ("payment.succeeded", self._act(provider_id, "pay", late=True)),
                ]
            case Fate.WRONG_SUM:
                return [("payment.succeeded", self._act(provider_id, "pay", amount="777.01"))]
            case _:
                return [("payment.succeeded", self._act(provider_id, "pay"))]

    def _act(self, provider_id: str, action: str, **fields: object) -> dict[str, Any]:
        return self._control.post(f"payments/{provider_id}/{action}", **fields)


def _message(kind: str, payment: dict[str, Any]) -> Delivery:
    message = {"type": "notification", "event": kind, "object": payment}
    return Delivery(YooKassaBank.terminal, _PEER, json.dumps(message).encode())


def _scene(provider_id: str, fate: Fate, told: list[tuple[str, dict[str, Any]]]) -> Scene:
    last = told[-1][1] if told else {}
    if last.get("status") != "succeeded":
        return Scene(provider_id, fate, 0, 0)
    paid = Money.from_rubles(last["amount"]["value"]).kopecks
    return Scene(provider_id, fate, paid, paid - Money.from_rubles(last["income_amount"]["value"]).kopecks)
