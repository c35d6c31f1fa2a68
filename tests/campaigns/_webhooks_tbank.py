"""T-Bank in the webhook campaign: its messages are signed and believed, come in any order, and are forged."""

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from shared.adapters.sbp.tbank_token import TOKEN, token_of
from shared.kernel.clock import moscow_date, utc_now
from tests.adapters.tbank.bankside import TERMINALS
from tests.campaigns._webhooks_facts import Ending, Fate, Register, Scene
from tests.campaigns._webhooks_world import Control, Delivery, Play, fails_at, is_told

_PEER: Final = "91.194.226.10"
_NOT_THE_PASSWORD: Final = "not the bank's"
_WRONG_SUM: Final = 777_01
#: tries of a payer before the bank gives the payment up
_TRIES: Final = 3
_ENDS_PAID: Final = frozenset(
    {Fate.PAID, Fate.WRONG_SUM, Fate.EXPIRED_THEN_PAID, Fate.PAID_IN_SILENCE, Fate.FOREIGN}
)


class TBankBank:
    """One terminal: payments by ``deals`` lie in deals at the bank."""

    def __init__(self, url: str, terminal: str) -> None:
        self.terminal = terminal
        self._key = str(TERMINALS[terminal]["terminal_key"])
        self._control = Control(url)
        #: ids of the terminal's payments: the bank's listings are of all terminals
        self._payments: set[str] = set()

    def silence(self) -> None:
        self._control.post(
            "switches", webhooks="off", deadline_messages="on", refunds="later", receipts="told"
        )

    def let_go(self) -> None:
        self._control.post("switches", refunds="at_once")

    def close(self, provider_id: str) -> None:
        self._act(provider_id, "expire")

    def play(self, fates: Sequence[tuple[str, Fate]]) -> Play:
        played = Play([], [], [])
        self._payments.update(provider_id for provider_id, _ in fates)
        for provider_id, fate in fates:
            played.scenes.append(self._end(provider_id, fate))
        withheld = self._withheld({provider_id for provider_id, _ in fates})
        for provider_id, fate in fates:
            if fate is not Fate.PAID_IN_SILENCE:
                played.told.extend(self._delivery(message) for message in withheld[provider_id])
            for one in self._forged(provider_id, fate, withheld):
                played.forged.append(self._delivery(one)._replace(genuine=False))
        return played

    def lose_answers(self, count: int) -> None:
        self._control.post("faults", kind="drop_after", operation="Cancel", times=count)

    def end_outflow(self, *, failing: bool) -> list[Delivery]:
        """Payouts aren't made here. Of a refund that failed the bank sends no word."""
        heard = {one["id"] for one in self._control.see("deliveries")}
        waiting = [one for one in self._refunds() if one["state"] == "pending"]
        silent = {str(one["payment_id"]) for place, one in enumerate(waiting) if not is_told(place)}
        for place, one in enumerate(waiting):
            fails = failing and fails_at(place)
            self._control.post(f"refunds/{one['id']}/{'fail' if fails else 'finish'}")
        return [
            self._delivery(one["body"])
            for one in self._control.see("deliveries")
            if one["id"] not in heard and one["payment_id"] in self._payments - silent
        ]

    def register(self) -> Register:
        refunds = [
            Ending(str(one["external_id"]), one["amount"], one["state"] == "done", str(one["payment_id"]))
            for one in self._refunds()
        ]
        deals = {
            str(one["id"]): one["balance"]
            for one in self._control.see("deals")
            if one["terminal_key"] == self._key
        }
        return Register(self.terminal, refunds, charges=self._charges(), deals=deals)

    def _refunds(self) -> list[dict[str, Any]]:
        return [one for one in self._control.see("refunds") if str(one["payment_id"]) in self._payments]

    def _charges(self) -> dict[str, int]:
        """What the registries of the campaign's days tell: messages don't."""
        today = moscow_date(utc_now())
        charges = {}
        for day in (today - timedelta(days=1), today):
            registry = self._control.read(f"registry/{self._key}/{day}")
            for line in csv.DictReader(registry.splitlines(), delimiter=";"):
                if line["operation"] == "payment":
                    charges[line["payment_id"]] = int(line["charge_kopecks"])
        return charges

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

    def _forged(
        self, provider_id: str, fate: Fate, withheld: dict[str, list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        """Claims that an unpaid one was paid, and true messages of another sum."""
        if fate in {Fate.LEFT_OPEN, Fate.CANCELED}:
            claimed = {
                "TerminalKey": self._key,
                "OrderId": provider_id,
                "Success": True,
                "Status": "CONFIRMED",
                "PaymentId": int(provider_id),
                "ErrorCode": "0",
                "Amount": 1_000_00,
            }
            return [{**claimed, TOKEN: token_of(claimed, _NOT_THE_PASSWORD)}, claimed]
        return [{**message, "Amount": message["Amount"] + 1} for message in withheld[provider_id][:1]]

    def _delivery(self, message: dict[str, Any]) -> Delivery:
        return Delivery(self.terminal, _PEER, json.dumps(message).encode())
