"""T-Bank in the webhook campaign: its messages are signed and believed, come in any order, and are forged."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from shared.adapters.sbp.tbank_token import TOKEN, token_of
from tests.adapters.tbank.bankside import KEY
from tests.campaigns._webhooks_world import Control, Delivery, Fate, Play, Scene

_PEER: Final = "91.194.226.10"
_NOT_THE_PASSWORD: Final = "not the bank's"
_WRONG_SUM: Final = 777_01
#: tries of a payer before the bank gives the payment up
_TRIES: Final = 3
_ENDS_PAID: Final = frozenset(
    {Fate.PAID, Fate.WRONG_SUM, Fate.EXPIRED_THEN_PAID, Fate.PAID_IN_SILENCE, Fate.FOREIGN}
)


class TBankBank:
    terminal = "tbank"

    def __init__(self, url: str) -> None:
        self._control = Control(url)

    def silence(self) -> None:
        self._control.post("switches", webhooks="off", deadline_messages="on")

    def close(self, provider_id: str) -> None:
        self._act(provider_id, "expire")

    def play(self, fates: Sequence[tuple[str, Fate]]) -> Play:
        played = Play([], [], [])
        for provider_id, fate in fates:
            played.scenes.append(self._end(provider_id, fate))
        withheld = self._withheld({provider_id for provider_id, _ in fates})
        for provider_id, fate in fates:
            if fate is not Fate.PAID_IN_SILENCE:
                played.told.extend(_delivery(message) for message in withheld[provider_id])
            played.forged.extend(
                _delivery(one)._replace(genuine=False) for one in _forged(provider_id, fate, withheld)
            )
        return played

    def _end(self, provider_id: str, fate: Fate) -> Scene:
        """Let the payment end; the bank's registry alone will say what it charged."""
        if fate is Fate.CANCELED:
            for _ in range(_TRIES):
                self._act(provider_id, "fail")
        if fate is Fate.EXPIRED_THEN_PAID:
            self._act(provider_id, "expire")
        if fate not in _ENDS_PAID:
            return Scene(provider_id, fate, 0, 0, self.terminal)
        changes: dict[str, object] = {"amount": _WRONG_SUM} if fate is Fate.WRONG_SUM else {}
        paid = self._act(provider_id, "pay", late=fate is Fate.EXPIRED_THEN_PAID, **changes)
        return Scene(provider_id, fate, paid["Amount"], 0, self.terminal)

    def _withheld(self, payments: set[str]) -> dict[str, list[dict[str, Any]]]:
        """What the bank would have said of each payment."""
        bodies: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in self._control.see("deliveries"):
            if one["payment_id"] in payments:
                bodies[one["payment_id"]].append(one["body"])
        return bodies

    def _act(self, provider_id: str, action: str, **fields: object) -> dict[str, Any]:
        return self._control.post(f"payments/{provider_id}/{action}", **fields)


def _forged(provider_id: str, fate: Fate, withheld: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Claims that an unpaid one was paid, and true messages of another sum."""
    if fate in {Fate.LEFT_OPEN, Fate.CANCELED}:
        claimed = {
            "TerminalKey": KEY,
            "OrderId": provider_id,
            "Success": True,
            "Status": "CONFIRMED",
            "PaymentId": int(provider_id),
            "ErrorCode": "0",
            "Amount": 1_000_00,
        }
        return [{**claimed, TOKEN: token_of(claimed, _NOT_THE_PASSWORD)}, claimed]
    return [{**message, "Amount": message["Amount"] + 1} for message in withheld[provider_id][:1]]


def _delivery(message: dict[str, Any]) -> Delivery:
    return Delivery(TBankBank.terminal, _PEER, json.dumps(message).encode())
