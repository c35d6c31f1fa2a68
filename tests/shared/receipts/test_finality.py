import pytest

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.payouts import release
from shared.ports.fiscal import Registration
from shared.receipts import finality
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast
from tests.shared.receipts.cash_register import FakeRegister, run
from tests.shared.refunds.asking import WHOLE


@pytest.fixture
def register(database: object) -> FakeRegister:
    return FakeRegister()


@pytest.fixture
def paid(register: FakeRegister) -> Cast:
    cast = a_cast()
    intent = pay_step(FakeCollector(), cast)
    register.bring(intent.provider_payment_id or "", WHOLE)
    return cast


def are_final(cast: Cast) -> bool:
    with Transactions()() as session:
        return finality.are_final(session, cast.deal_id)


class TestOfACashRegister:
    def test_a_prepayment_waits_for_its_offset(self, register: FakeRegister, paid: Cast) -> None:
        assert not are_final(paid)
        run(register)
        assert not are_final(paid)

        release.release_due(Transactions(), now=utc_now())
        assert not are_final(paid)
        run(register)

        assert are_final(paid)

    def test_a_receipt_that_failed_is_not_final(self, register: FakeRegister, paid: Cast) -> None:
        run(register)
        release.release_due(Transactions(), now=utc_now())
        register.state = Registration.CANCELED
        run(register)

        assert not are_final(paid)
