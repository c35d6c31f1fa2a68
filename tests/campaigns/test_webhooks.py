"""The campaign's small form as a process of its own, and its judge against planted faults."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from shared.db.session import Transactions
from shared.kernel.money import Money
from tests.adapters.yookassa.bankside import wait_until
from tests.builders import crashing
from tests.campaigns._webhooks_facts import Facts, Fate, Scene, Verdict
from tests.campaigns._webhooks_judge import judge
from tests.campaigns._webhooks_queue import MOST_RECEIVES, Deaths, Inbound, Message
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, hear, pay_step
from tests.shared.payments.world import Cast, a_cast

_PAID = 1_000_00
_CHARGE = 7_00


def settings_of_its_own() -> dict[str, str]:
    """Those of this run's tests are not the campaign's."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOUSLER_")}
    environment.pop("DATABASE_URL", None)
    return environment


def small_run() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.campaigns.webhooks", "--small", "--json"],
        cwd=crashing.ROOT,
        env=settings_of_its_own(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


class TestSmallCampaign:
    def test_nothing_is_lost_or_doubled_while_workers_and_the_database_die(self) -> None:
        found = small_run()

        assert found["kills"] >= len(crashing.labels_of("bank_events"))
        assert found["refunds"] >= 10
        assert found["payouts"] >= 2
        assert found["bank_deals"] >= 1
        assert found["documents"] >= 10
        assert found["restarts"] >= 1
        assert found["refused"] >= 1
        assert found["deliveries"] >= 200
        assert found["forged"] >= 10
        assert found["believed"] == 0
        assert {name: found[name] for name in Verdict._fields} == dict.fromkeys(Verdict._fields, 0)


class TestStopping:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_nothing_that_it_started_stays_behind(self, number: signal.Signals) -> None:
        with open_to_all() as folder, begun_in(folder) as campaign:
            server = wait_until(lambda: postmaster_in(folder))
            assert campaign.stderr is not None
            assert campaign.stderr.readline()  # its banks are there, too
            campaign.send_signal(number)

            assert campaign.wait(60) == 130
            assert wait_until(lambda: not any(lives(one) for one in (server, -campaign.pid)))
            assert list(folder.iterdir()) == []


@contextmanager
def open_to_all() -> Iterator[Path]:
    """The database's own user must get into it."""
    with tempfile.TemporaryDirectory(prefix="housler-stopped-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder


def begun_in(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.campaigns.webhooks", "--small"],
        cwd=crashing.ROOT,
        env=settings_of_its_own() | {"TMPDIR": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # its group is named after it
    )


def postmaster_in(folder: Path) -> int | None:
    files = list(folder.glob("housler-campaign-*/data/postmaster.pid"))
    return int(files[0].read_text().splitlines()[0]) if files else None


def lives(process: int) -> bool:
    """:param process: negative for a group"""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def two_paid(database: object) -> tuple[FakeCollector, Cast, list[Scene]]:
    bank, cast = FakeCollector(), a_cast(steps=[Money(_PAID), Money(_PAID)])
    for step_no in (1, 2):
        pay_step(bank, cast, step_no)
    return bank, cast, [Scene(one, Fate.PAID, _PAID, _CHARGE) for one in bank.payments]


class TestJudge:
    def test_is_content_with_what_happened(self, two_paid: tuple[FakeCollector, Cast, list[Scene]]) -> None:
        assert judge(Facts(two_paid[2])) == Verdict(0, 0, 0, 0)

    def test_misses_a_payment_that_the_books_don_t_have(
        self, two_paid: tuple[FakeCollector, Cast, list[Scene]]
    ) -> None:
        scenes = [*two_paid[2], Scene("never-told", Fate.PAID, _PAID, _CHARGE)]

        verdict = judge(Facts(scenes))

        assert verdict.lost == 2  # the payment, and the step that it would have paid
        assert verdict.off_kopecks > 0

    def test_finds_a_payment_that_the_bank_never_took(
        self, two_paid: tuple[FakeCollector, Cast, list[Scene]]
    ) -> None:
        assert judge(Facts(two_paid[2][:1])).doubled > 0

    def test_finds_a_kopeck(self, two_paid: tuple[FakeCollector, Cast, list[Scene]]) -> None:
        first, second = two_paid[2]

        assert judge(Facts([a_kopeck_more(first), second])).off_kopecks > 0

    def test_finds_a_split_that_was_written_over(
        self, two_paid: tuple[FakeCollector, Cast, list[Scene]]
    ) -> None:
        with Transactions()() as session:
            session.execute(text("UPDATE splits SET amount_kopecks = amount_kopecks + 1 WHERE position = 0"))

        assert judge(Facts(two_paid[2])).off_kopecks == 2

    def test_finds_a_link_that_is_still_open(self, database: object) -> None:
        ask_for_link(FakeCollector(), a_cast())

        assert judge(Facts([])).unfinished == 1

    def test_misses_a_fiscal_document_that_was_told_of(
        self, two_paid: tuple[FakeCollector, Cast, list[Scene]]
    ) -> None:
        assert judge(Facts(two_paid[2], documents=frozenset({"17"}))).lost == 1

    def test_keeps_wrong_sums_apart_from_the_steps(self, database: object) -> None:
        bank, cast = FakeCollector(), a_cast(steps=[Money(_PAID)])
        link = ask_for_link(bank, cast)
        assert link.provider_payment_id is not None
        paid = bank.pay(link.provider_payment_id, amount=Money(_PAID + 1))
        hear(bank, link.provider_payment_id)
        assert paid.income is not None
        charge = (paid.amount - paid.income).kopecks

        scene = Scene(link.provider_payment_id, Fate.WRONG_SUM, _PAID + 1, charge)

        assert judge(Facts([scene])) == Verdict(0, 0, 0, 0)


def a_kopeck_more(scene: Scene) -> Scene:
    return Scene(scene.provider_id, scene.fate, scene.paid + 1, scene.charge)


class TestQueue:
    def test_a_message_that_comes_back_too_often_is_dead_until_it_is_replayed(self) -> None:
        inbound = Inbound()
        inbound.put(Message("body"))
        for _ in range(MOST_RECEIVES):
            taken = inbound.take()
            assert taken is not None
            inbound.put(taken)

        assert (inbound.waiting(), len(inbound.dead)) == (0, 1)
        assert inbound.replay() == 1
        assert inbound.waiting() == 1

    def test_every_point_has_its_turn_until_it_was_met_as_planned(self) -> None:
        deaths = Deaths(["a", "b"], each=1)

        assert {deaths.next_label("payment") for _ in range(2)} == {"a", "b"}
        deaths.died("a")
        assert {deaths.next_label("payment") for _ in range(3)} == {"b"}
        deaths.died("b")
        assert (deaths.next_label("payment"), deaths.kills, deaths.never_met()) == (None, 2, [])

    def test_points_of_refunds_and_payouts_are_for_their_messages_alone(self) -> None:
        labels = ["f.asked", "f.payout_asked", "f.refund_asked", "f.refund_recorded"]
        deaths = Deaths(labels, each=1)

        assert {deaths.next_label("payment") for _ in range(4)} == {"f.asked"}
        assert {deaths.next_label("payout") for _ in range(4)} == {"f.payout_asked"}
        assert {deaths.next_label("refund") for _ in range(4)} == {"f.refund_asked", "f.refund_recorded"}
        deaths.died("f.payout_asked")
        assert deaths.next_label("payout") == "f.asked"

    @pytest.mark.parametrize(
        ("told", "subject"),
        [
            ({"event": "payment.succeeded"}, "payment"),
            ({"event": "refund.succeeded"}, "refund"),
            ({"event": "payout.canceled"}, "payout"),
            ({"Status": "CONFIRMED"}, "payment"),
            ({"Status": "PARTIAL_REFUNDED"}, "refund"),
            ({"Status": "REFUNDED"}, "refund"),
            ({"Status": "RECEIPT"}, "receipt"),
            ({"event": "deal.closed"}, "deal"),
        ],
    )
    def test_a_message_says_what_it_tells_of(self, told: dict[str, str], subject: str) -> None:
        body = json.dumps({"provider": "any", "body": json.dumps(told)})

        assert Message(body).subject() == subject
