from collections.abc import Iterator

import pytest

from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.tbank_refunds import TBankRefunds
from shared.ports.payments import PaymentOrder
from tests.adapters.tbank.bankside import BankSide, an_order, listening_ear, running_bank


@pytest.fixture(scope="session")
def running_tbank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankSide]:
    with listening_ear() as (ear, url), running_bank(tmp_path_factory.mktemp("tbank"), url) as address:
        yield BankSide(address, ear)


@pytest.fixture
def bank(running_tbank: BankSide) -> Iterator[BankSide]:
    yield running_tbank
    running_tbank.reset()


@pytest.fixture
def payments(bank: BankSide) -> TBankPayments:
    return TBankPayments(bank.terminal())


@pytest.fixture
def refunds(bank: BankSide) -> TBankRefunds:
    return TBankRefunds(bank.terminal())


@pytest.fixture
def order() -> PaymentOrder:
    return an_order()
