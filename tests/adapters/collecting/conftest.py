from collections.abc import Iterator
from uuid import uuid4

import pytest

from shared.ports.payments import PaymentOrder, PaymentProvider
from tests.adapters.collecting.sides import RefundingSide, Side, TBankSide, YooKassaSide
from tests.adapters.tbank.bankside import BankSide as TBankBank
from tests.adapters.tbank.conftest import running_tbank
from tests.adapters.yookassa.bankside import BankSide as YooKassaBank
from tests.adapters.yookassa.bankside import a_payment_order
from tests.adapters.yookassa.conftest import running

__all__ = ["running", "running_tbank"]


@pytest.fixture(params=["yookassa", "tbank"])
def side(request: pytest.FixtureRequest, running: YooKassaBank, running_tbank: TBankBank) -> Iterator[Side]:
    """Each provider in its turn."""
    yield YooKassaSide(running) if request.param == "yookassa" else TBankSide(running_tbank)
    running.reset()
    running_tbank.reset()


@pytest.fixture(params=["yookassa", "tbank", "tbank_without_refund_ids"])
def refunding(
    request: pytest.FixtureRequest, running: YooKassaBank, running_tbank: TBankBank
) -> Iterator[RefundingSide]:
    if request.param == "yookassa":
        yield YooKassaSide(running)
    else:
        yield TBankSide(running_tbank, knows_refund_ids=request.param == "tbank")
    running.reset()
    running_tbank.reset()


@pytest.fixture
def payments(side: Side) -> PaymentProvider:
    return side.payments()


@pytest.fixture
def order() -> PaymentOrder:
    return a_payment_order()


@pytest.fixture
def key() -> str:
    return str(uuid4())
