"""A bank that signs its messages as T-Bank does, with links made by the product; it answers nobody."""

import json
from typing import Any, Final

from shared.adapters.sbp.tbank_token import TOKEN, token_of
from shared.kernel.money import Money
from shared.ports.payments import PaymentOrder, ProviderPayment
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link
from tests.shared.payments.world import a_cast

TERMINAL: Final = "tbank"
_KEY: Final = "BenchTerminal"
_PASSWORD: Final = "a password of the bench"  # noqa: S105 -- made up
_STEPS_OF_A_DEAL: Final = 40
_STEP: Final = Money(1_000_00)


class NumberingCollector(FakeCollector):
    """Its payments have numbers, as T-Bank's."""

    def _new(self, order: PaymentOrder) -> ProviderPayment:
        made = super()._new(order)
        del self.payments[made.provider_id]
        numbered = made._replace(provider_id=str(2_000_000 + len(self.payments)))
        self.payments[numbered.provider_id] = numbered
        return numbered


class Bank:
    """Signed messages about payments that the product has links for."""

    def __init__(self) -> None:
        self._collector = NumberingCollector(name=TERMINAL)

    def links(self, count: int) -> list[tuple[str, str]]:
        """Payment and order of as many new links."""
        made: list[tuple[str, str]] = []
        while len(made) < count:
            cast = a_cast(steps=[_STEP] * _STEPS_OF_A_DEAL)
            for step_no in range(1, _STEPS_OF_A_DEAL + 1):
                intent = ask_for_link(self._collector, cast, step_no)
                made.append((str(intent.provider_payment_id), str(intent.id)))
        return made[:count]

    @staticmethod
    def message(payment_id: str, order_id: str) -> bytes:
        fields: dict[str, Any] = {
            "TerminalKey": _KEY,
            "OrderId": order_id,
            "Success": True,
            "Status": "CONFIRMED",
            "PaymentId": int(payment_id),
            "ErrorCode": "0",
            "Amount": _STEP.kopecks,
        }
        return json.dumps({**fields, TOKEN: token_of(fields, _PASSWORD)}).encode()


def settings() -> dict[str, str]:
    terminals = {TERMINAL: {"terminal_key": _KEY, "passwords": [_PASSWORD]}}
    return {
        "HOUSLER_TERMINALS": f"{TERMINAL}=tbank",
        "TBANK_TERMINALS": json.dumps(terminals),
        "HOUSLER_PLATFORM_NAME": "Bench",
        "HOUSLER_PLATFORM_INN": "7700000009",
        "HOUSLER_BCRYPT_COST": "4",
    }
