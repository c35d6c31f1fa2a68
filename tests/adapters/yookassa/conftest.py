from collections.abc import Iterator
from uuid import uuid4

import pytest

from shared.adapters.payouts.yookassa import YooKassaPayouts
from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.ports.payments import PaymentOrder
from shared.ports.payouts import PayoutOrder
from tests.adapters.yookassa.bankside import (
    BankSide,
    a_payment_order,
    a_payout_order,
    listening_ear,
    running_bank,
)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankSide]:
    with listening_ear() as (ear, url), running_bank(tmp_path_factory.mktemp("bank"), url) as address:
        yield BankSide(address, ear)


@pytest.fixture
def bank(running: BankSide) -> Iterator[BankSide]:
    yield running
    running.reset()


@pytest.fixture
def payments(bank: BankSide) -> YooKassaPayments:
    return YooKassaPayments(bank.shop())


@pytest.fixture
def payouts(bank: BankSide) -> YooKassaPayouts:
    return YooKassaPayouts(bank.gateway())


@pytest.fixture
def key() -> str:
    return str(uuid4())


@pytest.fixture
def order() -> PaymentOrder:
    return a_payment_order()


@pytest.fixture
def payout_order() -> PayoutOrder:
    return a_payout_order()
