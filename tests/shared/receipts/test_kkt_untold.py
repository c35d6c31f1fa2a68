"""Offsets at a cash register that nobody can ask: each is asked for once, and an unknown outcome stays one."""

from datetime import timedelta

import pytest

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.receipts import kkt_retrying
from shared.receipts.errors import ReceiptNotFailed
from shared.receipts.kkt_models import KktKind
from shared.receipts.models import ReceiptStatus
from tests.shared.payments.world import Cast
from tests.shared.receipts.cash_register import (
    DAY,
    FakeRegister,
    receipts_of,
    release_some,
    run,
    statuses,
)
from tests.shared.receipts.telling import (
    FAILED,
    MISSING,
    PART,
    PREPAID,
    REGISTERED,
    SENDING,
    SERVED,
    SOON,
    UNMATCHED,
    Teller,
    cast,
    enter,
    id_of,
    matched,
    register,
    released,
    retry,
    status_of,
    teller,
)
from tests.shared.refunds.asking import open_tasks

__all__ = ["cast", "register", "released", "teller"]


class TestAnOffset:
    def test_is_asked_for_once_and_registered_by_its_message(
        self, register: FakeRegister, released: Cast, teller: Teller
    ) -> None:
        assert run(register, later=SOON) == {"offset": 1, "sending": 1}
        assert run(register, later=2 * SOON) == {"sending": 1}
        assert len(register.orders) == 1

        teller.tells(SERVED)

        assert status_of(released, KktKind.OFFSET) is REGISTERED
        assert run(register, later=DAY) == {}

    def test_of_each_part_is_its_own(self, register: FakeRegister, cast: Cast, teller: Teller) -> None:
        teller.tells(PREPAID)
        release_some(cast, PART)
        release_some(cast, PART)

        assert run(register, later=SOON) == {"offset": 2, "sending": 2}
        teller.tells(SERVED, PART)
        teller.tells(SERVED, PART)
        assert open_tasks(UNMATCHED) == []
        teller.tells(SERVED, PART)

        assert statuses(cast.deal_id)[1:] == [(KktKind.OFFSET, REGISTERED, PART)] * 2
        assert len(register.orders) == 2
        assert open_tasks(UNMATCHED) == ["no_receipt_fits"]

    def test_that_was_sent_is_told_of_before_one_that_waits_though_that_was_due_first(
        self, register: FakeRegister, cast: Cast, teller: Teller
    ) -> None:
        teller.tells(PREPAID)
        release_some(cast, PART)
        register.before = ProviderRefused("4")
        run(register, later=SOON)
        release_some(cast, PART)
        run(register, later=2 * SOON)
        ((first, _), (second, _)) = receipts_of(cast.deal_id, KktKind.OFFSET)
        with Transactions()() as session:
            kkt_retrying.retry(session, first.id, actor=SYSTEM, now=utc_now())

        teller.tells(SERVED, PART)

        found = {receipt.id: receipt.status for receipt, _ in receipts_of(cast.deal_id, KktKind.OFFSET)}
        assert found == {first.id: ReceiptStatus.PLANNED, second.id: REGISTERED}

    def test_of_a_part_is_a_persons_matter_where_the_register_makes_none(
        self, register: FakeRegister, cast: Cast, teller: Teller
    ) -> None:
        register.capabilities = register.capabilities._replace(offsets_parts=False)
        teller.tells(PREPAID)
        release_some(cast, PART)

        run(register, later=SOON)

        assert register.orders == []
        assert status_of(cast, KktKind.OFFSET) is FAILED
        assert open_tasks(MISSING) == ["register_offsets_no_parts"]

    def test_of_the_whole_is_made_there_too(
        self, register: FakeRegister, released: Cast, teller: Teller
    ) -> None:
        register.capabilities = register.capabilities._replace(offsets_parts=False)

        assert run(register, later=SOON) == {"offset": 1, "sending": 1}

    def test_that_the_register_never_tells_of_becomes_a_task(
        self, register: FakeRegister, released: Cast
    ) -> None:
        run(register, later=SOON)

        run(register, later=6 * DAY)

        assert open_tasks(MISSING) == ["register_cannot_be_asked"]
        assert run(register, later=9 * DAY) == {}
        assert len(register.orders) == 1

    def test_that_is_refused_is_a_task(self, register: FakeRegister, released: Cast) -> None:
        register.before = ProviderRefused("4")

        assert run(register, later=SOON) == {"offset": 1, "failed": 1}

        assert open_tasks(MISSING) == ["4"]

    def test_that_was_made_by_hand_before_is_not_asked_for(
        self, register: FakeRegister, released: Cast, teller: Teller
    ) -> None:
        teller.tells(SERVED)
        assert open_tasks(UNMATCHED) == ["no_receipt_fits"]

        assert run(register, later=SOON) == {"offset": 1, "registered": 1}

        assert register.orders == []
        assert open_tasks(UNMATCHED) == []


class TestAnUnknownOutcome:
    @pytest.fixture(params=["before", "after"])
    def lost(self, register: FakeRegister, released: Cast, request: pytest.FixtureRequest) -> Cast:
        setattr(register, request.param, OutcomeUnknown("lost"))
        assert run(register, later=SOON) == {"offset": 1, "unknown": 1}
        return released

    def test_is_stored_and_never_repeated_by_itself(self, register: FakeRegister, lost: Cast) -> None:
        asked = len(register.orders)

        assert [run(register, later=days * DAY) for days in (1, 2, 30)] == [{}] * 3

        assert len(register.orders) == asked
        assert status_of(lost, KktKind.OFFSET) is SENDING
        assert open_tasks(MISSING) == ["outcome_unknown"]
        ((_, kkt),) = receipts_of(lost.deal_id, KktKind.OFFSET)
        assert kkt.unknown_since is not None

    def test_is_settled_by_the_registers_message(
        self, register: FakeRegister, lost: Cast, teller: Teller
    ) -> None:
        teller.tells(SERVED)

        ((receipt, kkt),) = receipts_of(lost.deal_id, KktKind.OFFSET)
        assert (receipt.status, kkt.unknown_since) == (REGISTERED, None)
        assert open_tasks(MISSING) == []

    def test_may_be_asked_for_anew_by_a_person(
        self, register: FakeRegister, lost: Cast, teller: Teller
    ) -> None:
        asked = len(register.orders)

        retry(lost, KktKind.OFFSET)

        assert open_tasks(MISSING) == []
        assert run(register, later=SOON) == {"sending": 1}
        assert len(register.orders) == asked + 1
        with pytest.raises(ReceiptNotFailed):
            retry(lost, KktKind.OFFSET)

    def test_is_entered_by_a_person_and_its_message_is_no_second(
        self, register: FakeRegister, lost: Cast, teller: Teller
    ) -> None:
        enter(lost, KktKind.OFFSET, 7)
        teller.tells(SERVED, number=7)

        assert status_of(lost, KktKind.OFFSET) is REGISTERED
        assert matched()[-1] == id_of(lost, KktKind.OFFSET)
        assert open_tasks(UNMATCHED) == []

    def test_keeps_the_payments_next_offset_waiting(
        self, register: FakeRegister, cast: Cast, teller: Teller
    ) -> None:
        teller.tells(PREPAID)
        release_some(cast, PART)
        register.before = OutcomeUnknown("lost")
        run(register, later=SOON)
        release_some(cast, PART)

        assert run(register, later=2 * SOON) == {"offset": 1, "waiting": 1}
        assert register.orders == []

        teller.tells(SERVED, PART)
        assert run(register, later=4 * SOON) == {"sending": 1}


class TestDeath:
    def test_between_the_words_and_the_answer_is_an_unknown_outcome(
        self, register: FakeRegister, released: Cast
    ) -> None:
        register.after = KeyboardInterrupt()  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            run(register, later=SOON)

        assert run(register, later=2 * SOON) == {"sending": 1}
        assert open_tasks(MISSING) == []
        assert run(register, later=4 * SOON + timedelta(minutes=1)) == {"unknown": 1}

        assert len(register.orders) == 1
        assert open_tasks(MISSING) == ["outcome_unknown"]
