"""What becomes of a cash register's receipts: looked up, asked for, lost, refused, made anew."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.access.rights import Reach
from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals.service import Viewer
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.payouts import release
from shared.ports.fiscal import Registration, Settlement
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.receipts import kkt_retrying
from shared.receipts.errors import ReceiptNotFailed
from shared.receipts.kkt_models import KktKind, KktReceipt
from shared.receipts.models import ReceiptStatus
from shared.receipts.views import Sought, receipts_page
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, count_of
from tests.shared.receipts.cash_register import DAY, FakeRegister, receipts_of, run, statuses
from tests.shared.refunds.asking import WHOLE, open_tasks

LOST = OutcomeUnknown("lost")
MISSING = "kkt_receipt_missing"


@pytest.fixture
def register(database: object) -> FakeRegister:
    return FakeRegister()


@pytest.fixture
def cast(register: FakeRegister) -> Cast:
    """A client has paid an agency; the register has made his receipt."""
    cast = a_cast()
    intent = pay_step(FakeCollector(), cast)
    register.bring(intent.provider_payment_id or "", WHOLE)
    return cast


@pytest.fixture
def released(register: FakeRegister, cast: Cast) -> Cast:
    """His prepayment is registered, and the step is released."""
    assert run(register) == {"registered": 1}
    release.release_due(Transactions(), now=utc_now())
    return cast


def only(cast: Cast, kind: KktKind) -> tuple[UUID, ReceiptStatus, KktReceipt]:
    ((receipt, kkt),) = receipts_of(cast.deal_id, kind)
    return receipt.id, receipt.status, kkt


def status_of(cast: Cast, kind: KktKind) -> ReceiptStatus:
    return only(cast, kind)[1]


def retry(cast: Cast, kind: KktKind) -> None:
    with Transactions()() as session:
        kkt_retrying.retry(session, only(cast, kind)[0], actor=SYSTEM, now=utc_now())


def missing(later: timedelta = timedelta()) -> int:
    with Transactions()() as session:
        staff = Viewer(new_id(), Reach.ANY, None)
        return receipts_page(session, staff, Sought(missing_at=utc_now() + later), offset=0, size=9)[1]


class TestCarried:
    def test_is_registered_with_what_finds_it_at_the_tax_service(
        self, register: FakeRegister, cast: Cast
    ) -> None:
        assert run(register) == {"registered": 1}

        ((receipt, kkt),) = receipts_of(cast.deal_id)
        assert receipt.status is ReceiptStatus.REGISTERED
        assert receipt.registered_at is not None
        assert (kkt.document_number, kkt.storage_number, kkt.attribute) == (
            "1001",
            "9288000100115785",
            "3504493341",
        )
        assert kkt.next_at is None
        assert register.orders == []
        assert count_of(AuditLog, AuditLog.action == "receipt.registered") == 1

    def test_is_asked_about_no_more(self, register: FakeRegister, cast: Cast) -> None:
        run(register)
        register.silent = AssertionError("it was asked")

        assert run(register, later=DAY) == {}

    def test_that_waits_is_looked_at_again(self, register: FakeRegister, cast: Cast) -> None:
        (only_id,) = register.carried
        register.bring(only_id, WHOLE, Registration.PENDING)
        assert run(register) == {"sending": 1}
        register.end(register.carried[only_id].provider_id or "", Registration.SUCCEEDED)

        assert run(register, later=timedelta(hours=1)) == {"registered": 1}
        assert open_tasks(MISSING) == []

    def test_that_nobody_made_becomes_a_task_after_a_day(self, register: FakeRegister, cast: Cast) -> None:
        register.carried.clear()
        assert run(register) == {"sending": 1}
        assert open_tasks(MISSING) == []
        assert missing() == 0

        assert run(register, later=DAY) == {"sending": 1}

        assert open_tasks(MISSING) == ["not_registered"]
        assert missing(DAY) == 1
        assert register.orders == []

    def test_that_comes_after_all_closes_its_task(self, register: FakeRegister, cast: Cast) -> None:
        brought = dict(register.carried)
        register.carried.clear()
        run(register, later=DAY)
        register.carried.update(brought)

        assert run(register, later=2 * DAY) == {"registered": 1}

        assert open_tasks(MISSING) == []

    def test_whose_register_is_silent_stays_as_it_is(self, register: FakeRegister, cast: Cast) -> None:
        register.silent = LOST

        assert run(register) == {"unknown": 1}

        assert status_of(cast, KktKind.PREPAYMENT) is ReceiptStatus.SENDING

    def test_that_the_register_refused_is_a_task_at_once(self, register: FakeRegister, cast: Cast) -> None:
        (only_id,) = register.carried
        register.bring(only_id, WHOLE, Registration.CANCELED)

        assert run(register) == {"failed": 1}

        assert open_tasks(MISSING) == ["register_refused"]
        assert missing() == 1

    def test_of_another_sum_is_a_persons_matter(self, register: FakeRegister, cast: Cast) -> None:
        (only_id,) = register.carried
        register.bring(only_id, WHOLE.share(5_000))

        assert run(register) == {"failed": 1}

        assert open_tasks(MISSING) == ["another_receipt"]

    def test_with_a_new_word_changes_nothing(self, register: FakeRegister, cast: Cast) -> None:
        (only_id,) = register.carried
        register.bring(only_id, WHOLE, Registration.UNKNOWN_STATUS)

        assert run(register) == {"sending": 1}

        assert open_tasks("unknown_receipt_status") == ["new_status"]

    def test_of_a_terminal_that_cannot_be_asked_becomes_a_task(
        self, register: FakeRegister, cast: Cast
    ) -> None:
        assert run(FakeRegister(can_be_asked=False)) == {"sending": 1}
        assert run(FakeRegister(can_be_asked=False), later=DAY) == {"sending": 1}

        assert open_tasks(MISSING) == ["register_cannot_be_asked"]


class TestAskedFor:
    def test_offset_is_registered(self, register: FakeRegister, released: Cast) -> None:
        assert run(register) == {"offset": 1, "registered": 1}

        assert statuses(released.deal_id) == [
            (KktKind.PREPAYMENT, ReceiptStatus.REGISTERED, WHOLE),
            (KktKind.OFFSET, ReceiptStatus.REGISTERED, WHOLE),
        ]
        (order,) = register.orders
        assert order.settlement is Settlement.PREPAYMENT

    def test_offset_waits_for_its_prepayment(self, register: FakeRegister, cast: Cast) -> None:
        register.carried.clear()
        release.release_due(Transactions(), now=utc_now())

        assert run(register) == {"offset": 1, "sending": 1, "waiting": 1}

        assert register.orders == []
        assert status_of(cast, KktKind.OFFSET) is ReceiptStatus.PLANNED

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_offset_whose_answer_was_lost_is_made_once(
        self, register: FakeRegister, released: Cast, moment: str
    ) -> None:
        setattr(register, moment, LOST)
        assert run(register) == {"offset": 1, "unknown": 1}
        assert status_of(released, KktKind.OFFSET) is ReceiptStatus.SENDING

        assert run(register, later=timedelta(hours=1)) == {"registered": 1}

        assert len(register.orders) == 1
        assert len(register.made) == 1

    def test_offset_that_is_nowhere_gets_a_new_key_only_when_the_old_is_dead(
        self, register: FakeRegister, released: Cast
    ) -> None:
        register.before = LOST
        run(register)
        first = only(released, KktKind.OFFSET)[2].provider_key

        register.before = LOST
        run(register, later=timedelta(hours=22))
        assert only(released, KktKind.OFFSET)[2].provider_key == first

        assert run(register, later=timedelta(hours=25)) == {"planned": 1}
        again = only(released, KktKind.OFFSET)[2]
        assert again.provider_key != first
        assert again.attempt == 2
        assert run(register, later=timedelta(hours=26)) == {"registered": 1}
        assert len(register.made) == 1

    def test_offset_that_was_made_is_found_though_the_key_is_dead(
        self, register: FakeRegister, released: Cast
    ) -> None:
        register.after = LOST
        run(register)

        assert run(register, later=2 * DAY) == {"registered": 1}

        assert len(register.made) == 1

    def test_offset_that_the_provider_refuses_is_a_task(self, register: FakeRegister, released: Cast) -> None:
        register.before = ProviderRefused("invalid_request")

        assert run(register) == {"offset": 1, "failed": 1}

        assert open_tasks(MISSING) == ["invalid_request"]

    def test_a_broken_receipt_does_not_stop_the_rest(self, register: FakeRegister, released: Cast) -> None:
        other = a_cast()
        intent = pay_step(FakeCollector(), other)
        register.bring(intent.provider_payment_id or "", WHOLE)
        register.before = RuntimeError("broken")

        assert run(register) == {"offset": 1, "registered": 1, "error": 1}


class TestRetry:
    def test_has_a_failed_prepayment_made_anew_by_itself(self, register: FakeRegister, cast: Cast) -> None:
        (only_id,) = register.carried
        register.bring(only_id, WHOLE, Registration.CANCELED)
        run(register)

        retry(cast, KktKind.PREPAYMENT)
        assert open_tasks(MISSING) == []
        assert run(register) == {"registered": 1}

        (order,) = register.orders
        assert order.settlement is Settlement.CASHLESS
        assert order.receipt.lines[0].amount == WHOLE

    def test_uses_another_key(self, register: FakeRegister, released: Cast) -> None:
        register.state = Registration.CANCELED
        run(register)
        register.state = Registration.SUCCEEDED

        retry(released, KktKind.OFFSET)

        assert run(register) == {"registered": 1}
        assert len(register.made) == 2

    def test_is_not_for_what_is_registered_or_may_come(self, register: FakeRegister, cast: Cast) -> None:
        with pytest.raises(ReceiptNotFailed):
            retry(cast, KktKind.PREPAYMENT)
        run(register)
        with pytest.raises(ReceiptNotFailed):
            retry(cast, KktKind.PREPAYMENT)
