"""The webhook campaign's judge against planted faults of refunds and payouts."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from shared.db.session import Transactions
from shared.kernel.money import Money
from shared.payments.models import Payment
from shared.payouts.models import Payout
from shared.refunds.models import Refund, RefundStatus
from tests.campaigns._webhooks_facts import Ending, Facts, Fate, Register, Scene, Verdict
from tests.campaigns._webhooks_judge import judge
from tests.shared.payments.fakes import FakeCollector, FakePayer, succeeded
from tests.shared.payments.steps import fund_payouts, pay_and_release, pay_step
from tests.shared.payments.world import Cast, a_cast
from tests.shared.payouts.runs import Arrivals, agents_payout, send
from tests.shared.refunds.asking import ask, run
from tests.shared.refunds.fakes import FakeRefunder, canceled, pending

PAID = Money(300_000_00)
CLEAN = Verdict(0, 0, 0, 0)


class Given(NamedTuple):
    """One paid step, a part of which went back."""

    scene: Scene
    refund: Refund
    ending: Ending

    def verdict(self, *endings: Ending) -> Verdict:
        return judge(Facts([self.scene], [Register("yookassa", endings)]))


@pytest.fixture
def paid(database: object) -> tuple[Cast, Scene]:
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    return cast, the_scene()


def the_scene() -> Scene:
    with Transactions()() as session:
        payment = session.scalars(select(Payment)).one()
    return Scene(payment.provider_payment_id, Fate.PAID, PAID.kopecks, payment.charge_kopecks.kopecks)


@pytest.fixture
def given(paid: tuple[Cast, Scene]) -> Given:
    cast, scene = paid
    refund = ask(cast, Money(100_000_00))
    assert run(FakeRefunder()) == {"succeeded": 1}
    return Given(scene, refund, Ending(str(refund.id), 100_000_00, done=True, provider_id=scene.provider_id))


class TestRefunds:
    def test_that_happened_are_content(self, given: Given) -> None:
        assert given.verdict(given.ending) == CLEAN

    def test_that_the_bank_made_and_the_books_don_t_have_are_lost(self, given: Given) -> None:
        another = given.ending._replace(reference=str(uuid4()))

        found = given.verdict(given.ending, another)

        assert found.lost == 1
        assert found.off_kopecks > 0

    def test_that_the_bank_never_made_are_one_too_many(self, given: Given) -> None:
        assert given.verdict().doubled == 1

    def test_that_the_bank_refused_are_one_too_many(self, given: Given) -> None:
        assert given.verdict(given.ending._replace(done=False)).doubled == 1

    def test_that_the_bank_made_twice_are_doubled(self, given: Given) -> None:
        found = given.verdict(given.ending, given.ending._replace(reference=f"{given.refund.id}/2"))

        assert found.doubled == 1

    def test_a_kopeck_is_found(self, given: Given) -> None:
        assert given.verdict(given.ending._replace(amount=100_000_01)).off_kopecks > 0

    def test_of_another_payment_are_found(self, given: Given) -> None:
        assert given.verdict(given.ending._replace(provider_id="another")).off_kopecks > 0

    def test_a_part_that_was_written_over_is_found(self, given: Given) -> None:
        change(
            "UPDATE refund_parts SET amount_kopecks = amount_kopecks + 1, from_hold_kopecks = from_hold_kopecks + 1"
        )

        assert given.verdict(given.ending).off_kopecks >= 1

    def test_without_their_posting_are_lost(self, paid: tuple[Cast, Scene]) -> None:
        cast, scene = paid
        refund = ask(cast, Money(100_000_00))
        run(FakeRefunder(plan=pending))
        with Transactions()() as session:
            session.execute(
                update(Refund).values(status=RefundStatus.SUCCEEDED, final_at=Refund.sent_at, next_at=None)
            )
        ending = Ending(str(refund.id), 100_000_00, done=True, provider_id=scene.provider_id)

        found = judge(Facts([scene], [Register("yookassa", [ending])]))

        assert found.lost == 1
        assert found.off_kopecks > 0

    def test_on_their_way_are_unfinished(self, paid: tuple[Cast, Scene]) -> None:
        cast, scene = paid
        ask(cast, Money(100_000_00))
        run(FakeRefunder(plan=pending))

        assert judge(Facts([scene], [Register("yookassa")])).unfinished == 1

    def test_that_failed_leave_everything_as_it_was(self, paid: tuple[Cast, Scene]) -> None:
        cast, scene = paid
        refund = ask(cast, Money(100_000_00))
        run(FakeRefunder(plan=canceled("general_decline")))
        ending = Ending(str(refund.id), 100_000_00, done=False, provider_id=scene.provider_id)

        assert judge(Facts([scene], [Register("yookassa", [ending])])) == CLEAN


class TestBankDeals:
    def test_that_hold_more_than_the_books_are_found(self, paid: tuple[Cast, Scene]) -> None:
        registers = [Register("deals", deals={"756000001": 1})]

        assert judge(Facts([paid[1]], registers)).off_kopecks == 2  # this deal's, and all deals' together


class TestPayouts:
    @pytest.fixture
    def arrived(self, database: object) -> tuple[Scene, Payout]:
        cast = a_cast()
        pay_and_release(cast)
        fund_payouts(Money(200_000_00))
        assert send(FakePayer(plan=succeeded), Arrivals())
        return the_scene(), agents_payout(cast)

    def verdict(self, scene: Scene, payouts: Sequence[Ending]) -> Verdict:
        settled = {"yookassa": 200_000_00}
        registers = [Register("yookassa", payouts=payouts)]
        return judge(Facts([scene], registers, frozenset({scene.provider_id}), settled, 200_000_00))

    def test_that_arrived_are_content(self, arrived: tuple[Scene, Payout]) -> None:
        scene, payout = arrived

        assert self.verdict(scene, [ending_of(payout)]) == CLEAN

    def test_that_never_left_are_one_too_many(self, arrived: tuple[Scene, Payout]) -> None:
        found = self.verdict(arrived[0], [])

        assert found.doubled == 1
        assert found.off_kopecks == arrived[1].amount_kopecks.kopecks

    def test_that_left_twice_are_doubled(self, arrived: tuple[Scene, Payout]) -> None:
        scene, payout = arrived
        again = ending_of(payout)._replace(reference=f"{payout.id}/2")

        assert self.verdict(scene, [ending_of(payout), again]).doubled == 1

    def test_that_the_books_don_t_know_are_lost(self, arrived: tuple[Scene, Payout]) -> None:
        scene, payout = arrived
        another = ending_of(payout)._replace(reference=str(uuid4()))

        assert self.verdict(scene, [ending_of(payout), another]).lost == 1

    def test_a_kopeck_is_found(self, arrived: tuple[Scene, Payout]) -> None:
        scene, payout = arrived
        more = ending_of(payout)._replace(amount=payout.amount_kopecks.kopecks + 1)

        assert self.verdict(scene, [more]).off_kopecks > 0


def ending_of(payout: Payout) -> Ending:
    return Ending(str(payout.id), payout.amount_kopecks.kopecks, done=True)


def change(statement: str) -> None:
    with Transactions()() as session:
        session.execute(text(statement))
