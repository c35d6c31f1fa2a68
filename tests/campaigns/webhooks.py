"""``./dev campaign webhooks [--json] [--seed N] [--small]``: banks' messages while everything dies.

Twenty thousand deliveries of two banks' messages, each one to five times and shuffled, half of them concurrent, go through
the webhook function to a queue and to workers in processes of their own: first those of payments, then, in two rounds,
those of refunds and payouts, with old ones among them. Workers are killed (SIGKILL) at every labelled point, PostgreSQL is
restarted without a goodbye, the queue is down now and then. Afterwards the schedules sweep twice. What the books then say
is held against what the banks did: nothing lost, nothing doubled, not a kopeck off. YooKassa signs nothing and is asked;
T-Bank signs and is believed, and what it didn't sign is refused; money of one of its terminals lies in deals at the bank.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import select

from infra import migrate
from infra.dev import postgres
from shared.adapters.sbp.factory import payment_provider
from shared.db import session as database
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payments import polling
from shared.payments.charging import learn_charge
from shared.payments.models import Payment
from shared.receipts import income
from tests import settings
from tests.adapters.tbank import bankside as tbank
from tests.adapters.yookassa import bankside as yookassa
from tests.campaigns import _frame
from tests.campaigns._webhooks_facts import Facts, Fate, Verdict
from tests.campaigns._webhooks_judge import judge
from tests.campaigns._webhooks_outflow import Outflow, send_due
from tests.campaigns._webhooks_queue import Inbound, served
from tests.campaigns._webhooks_run import Run, Size
from tests.campaigns._webhooks_tbank import TBankBank
from tests.campaigns._webhooks_world import Bank, Delivery, World, build
from tests.campaigns._webhooks_yookassa import YooKassaBank

_TERMINALS: Final = (YooKassaBank.terminal, "tbank", "deals")
#: the banks send nothing themselves
_NOWHERE: Final = "http://127.0.0.1:9/"
_FAULTS: Final = (*Verdict._fields, "believed")
_SWEEPS: Final = 2
#: seconds in which a bank ends what was asked for during a sweep
_BANKS_MOMENT: Final = 0.5
#: of all deliveries, in per cent, those that tell of payments for the first time
_OF_PAYMENTS: Final = 65

_WHOLE: Final = Size(20_000, steps=26, kills_each=8, restarts=12, outages=20)
_SMALL: Final = Size(240, steps=9, kills_each=1, restarts=2, outages=2)


class Played(NamedTuple):
    counted: dict[str, int]
    #: points at which nobody died
    never_met: list[str]


def _play(run: Run, banks: list[Bank], size: Size, dice: random.Random) -> tuple[World, Outflow]:
    """Payments come in, then money goes out in two rounds, with old messages among the new."""
    world = build(banks, dice, size.deliveries * _OF_PAYMENTS // 100, steps=size.steps)
    run.play(world.deliveries)
    outflow = Outflow(banks, world.scenes, dice)
    first = outflow.first_round()
    run.play(_among_old(first, world, len(first) // 3, dice), outflow.look)
    second = outflow.second_round()
    missing = size.deliveries - run.handed_in - len(second)
    run.play(_among_old(second, world, max(missing, len(second) // 3), dice), outflow.look)
    return world, outflow


def _among_old(new: list[Delivery], world: World, count: int, dice: random.Random) -> list[Delivery]:
    mixed = [*new, *dice.choices(world.deliveries, k=count)]
    dice.shuffle(mixed)
    return mixed


def _sweep() -> int:
    """Two sweeps of the schedules, each until nothing is due, well after every link's end."""
    taken = 0
    for number in range(_SWEEPS):
        now = utc_now() + timedelta(hours=2 * (number + 1))
        while found := polling.poll_terminals(
            Transactions(),
            names=list(_TERMINALS),
            providers=payment_provider,
            on_paid=income.of_payment,
            now=now,
        ):
            taken += sum(found.values())
        taken += send_due(now)
        time.sleep(_BANKS_MOMENT)
    return taken


def _facts(run: Run, world: World, outflow: Outflow, banks: list[Bank]) -> Facts:
    """What the banks say; charges of which their messages are silent are learned, as each day's reconciliation does."""
    registers = [bank.register() for bank in banks]
    charges = {one: kopecks for register in registers for one, kopecks in register.charges.items()}
    with Transactions()() as session:
        ids = session.execute(select(Payment.provider_payment_id, Payment.id)).all()
    for provider_id, payment_id in ids:
        if provider_id in charges:
            with Transactions()() as session:
                charge = Money(charges[provider_id])
                learn_charge(session, payment_id=payment_id, charge=charge, now=utc_now())
    return Facts(
        [scene._replace(charge=charges.get(scene.provider_id, scene.charge)) for scene in world.scenes],
        registers,
        frozenset(outflow.released),
        outflow.settled,
        outflow.funded,
        frozenset(run.documents),
    )


@contextmanager
def _scene(inbound: Inbound) -> Iterator[tuple[postgres.Server, list[Bank]]]:
    """A database that keeps what it committed, the banks' processes, the queue; settings name them."""
    with ExitStack() as opened:
        folder = Path(tempfile.mkdtemp(prefix="housler-campaign-"))
        opened.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)  # root's helper user must get to the data, which is closed itself
        settings.put()
        with _frame.held_back():  # a server that nobody knows of would stay behind
            server = postgres.start(folder / "data")
            opened.callback(server.stop)
        migrate.upgrade(server.owner_url)
        yookassa_url = opened.enter_context(yookassa.running_bank(folder / "yookassa", _NOWHERE))
        tbank_url = opened.enter_context(tbank.running_bank(folder / "tbank", _NOWHERE))
        queue_url = opened.enter_context(served(inbound))
        os.environ.update(_addresses(server, yookassa_url, tbank_url, queue_url))
        opened.callback(database.dispose)
        banks: list[Bank] = [YooKassaBank(yookassa_url)]
        banks += [TBankBank(tbank_url, terminal) for terminal in _TERMINALS[1:]]
        for bank in banks:
            bank.silence()
        yield server, banks


def _addresses(server: postgres.Server, yookassa_url: str, tbank_url: str, queue_url: str) -> dict[str, str]:
    return yookassa.KEYS | {
        "DATABASE_URL": server.app_url,
        "HOUSLER_TERMINALS": "yookassa=yookassa,tbank=tbank,deals=tbank",
        "YOOKASSA_URL": f"{yookassa_url}/v3",
        "TBANK_URL": f"{tbank_url}/v2",
        "TBANK_TERMINALS": json.dumps(tbank.TERMINALS),
        "QUEUE_BANK_EVENTS_URL": f"{queue_url}/000000000000/bank-events",
        "AWS_ENDPOINT_URL": queue_url,
        "AWS_REGION": "ru-central1",
        "AWS_ACCESS_KEY_ID": "campaign",
        "AWS_SECRET_ACCESS_KEY": "campaign",
    }


def _played(size: Size, seed: int) -> Played:
    inbound = Inbound()
    with _scene(inbound) as (server, banks):
        run = Run(size, server, inbound)
        world, outflow = _play(run, banks, size, random.Random(seed))  # noqa: S311 -- to be replayed
        bank_of = {bank.terminal: bank for bank in banks}
        for scene in world.scenes:
            if scene.fate is Fate.LEFT_OPEN:
                bank_of[scene.terminal].close(scene.provider_id)
        for bank in banks:
            bank.let_go()
        swept = _sweep()
        facts = _facts(run, world, outflow, banks)
        verdict = judge(facts)
    counted = {
        "deliveries": run.handed_in,
        "kills": run.deaths.kills,
        "restarts": run.restarts,
        "payments": len(facts.scenes),
        "refunds": sum(len(register.refunds) for register in facts.registers),
        "payouts": sum(len(register.payouts) for register in facts.registers),
        "documents": len(facts.documents),
        "bank_deals": sum(len(register.deals) for register in facts.registers),
        "refused": run.refused,
        "forged": run.forged,
        "believed": run.believed,
        "swept": swept,
    }
    return Played(counted | verdict._asdict(), run.deaths.never_met())


def main(arguments: Sequence[str]) -> int:
    campaign = _frame.begun("webhooks", arguments)
    size = _SMALL if campaign.small else _WHOLE
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123 -- log lines
        played = _played(size, campaign.seed)
    for label in played.never_met:
        print(f"nobody died at {label}")
    faults = len(played.never_met) + sum(played.counted[name] for name in _FAULTS)
    return campaign.ended(played.counted, faults=faults)


if __name__ == "__main__":
    sys.exit(_frame.until_stopped(main, sys.argv[1:]))
