"""What the bank does by itself: ends old payments, finishes payouts, sends messages."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from localstack.standins.yookassa import deliveries, payments, payouts
from localstack.standins.yookassa.bank import Bank

LOOK_EVERY_SECONDS = 0.1
SENDERS = 20  # duplicates must be able to arrive at the same moment


def start(bank: Bank) -> None:
    deliveries.release_claims(bank)
    threading.Thread(target=_work, args=(bank,), name="bank", daemon=True).start()


def _work(bank: Bank) -> None:
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook") as senders:
        while True:
            bank.wake.wait(LOOK_EVERY_SECONDS)
            bank.wake.clear()
            # A payer or a control may have ended it between the look and the act.
            for payment_id in bank.due(payments.KIND):
                with suppress(payments.NotAsked):
                    payments.expire(bank, payment_id)
            for payout_id in bank.due(payouts.KIND):
                with suppress(payments.NotAsked):
                    payouts.finish(bank, payout_id)
            for delivery_id in deliveries.take_due(bank):
                senders.submit(deliveries.send, bank, delivery_id)
