"""YooKassa in the webhook campaign: its messages prove nothing but where they come from, so that it is asked."""

import json
from collections.abc import Sequence
from typing import Any, Final

from shared.kernel.money import Money
from tests.campaigns._webhooks_facts import Ending, Fate, Register, Scene
from tests.campaigns._webhooks_world import Control, Delivery, Play, fails_at, is_told

_PEER: Final = "77.75.153.7"
_STRANGER: Final = "198.51.100.7"
_OUTFLOW: Final = ("refund", "payout")


class YooKassaBank:
    terminal = "yookassa"

    def __init__(self, url: str) -> None:
        self._control = Control(url)

    def silence(self) -> None:
        self._control.post("webhooks", enabled=False)
        for kind in _OUTFLOW:
            self._control.post(f"{kind}s/plan", plan="hold")

    def let_go(self) -> None:
        for kind in _OUTFLOW:
            self._control.post(f"{kind}s/plan", plan="succeed")

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

    def lose_answers(self, count: int) -> None:
        for kind in _OUTFLOW:
            self._control.post("faults", kind="drop_after", operation=f"{kind}s.create", times=count)

    def end_outflow(self, *, failing: bool) -> list[Delivery]:
        told = []
        for kind in _OUTFLOW:
            waiting = [one["id"] for one in self._control.see(f"{kind}s") if one["status"] == "pending"]
            for place, made in enumerate(waiting):
                fails = failing and fails_at(place)
                ended = self._control.post(f"{kind}s/{made}/{'fail' if fails else 'succeed'}")
                # Of a refund that was canceled the bank sends no word.
                if is_told(place) and not (fails and kind == "refund"):
                    told.append(_message(f"{kind}.{ended['status']}", ended))
        return told

    def register(self) -> Register:
        refunds, payouts = (
            [_ending(one, kind) for one in self._control.see(f"{kind}s")] for kind in _OUTFLOW
        )
        return Register(self.terminal, refunds, payouts)

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


def _message(kind: str, told_of: dict[str, Any]) -> Delivery:
    message = {"type": "notification", "event": kind, "object": told_of}
    return Delivery(YooKassaBank.terminal, _PEER, json.dumps(message).encode())


def _scene(provider_id: str, fate: Fate, told: list[tuple[str, dict[str, Any]]]) -> Scene:
    last = told[-1][1] if told else {}
    if last.get("status") != "succeeded":
        return Scene(provider_id, fate, 0, 0)
    paid = _kopecks(last["amount"])
    return Scene(provider_id, fate, paid, paid - _kopecks(last["income_amount"]))


def _ending(made: dict[str, Any], kind: str) -> Ending:
    reference = str(made["metadata"][f"{kind}_id"])
    payment = str(made.get("payment_id", ""))
    return Ending(reference, _kopecks(made["amount"]), made["status"] == "succeeded", payment)


def _kopecks(amount: dict[str, Any]) -> int:
    return Money.from_rubles(amount["value"]).kopecks
