"""What the bank does by itself: ends old payments, finishes refunds, sends messages."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from localstack.standins.tbank import deliveries, payments, refunds
from localstack.standins.tbank.bank import Bank
from localstack.standins.tbank.problems import NotAsked

LOOK_EVERY_SECONDS = 0.05
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
            for payment_id in bank.due():
                with suppress(NotAsked):
                    payments.expire(bank, payment_id)
            if bank.switch("refunds") != "later":
                for refund_id in refunds.pending(bank):
                    with suppress(NotAsked):
                        refunds.finish(bank, refund_id, well=bank.switch("refunds") != "fail")
            for delivery_id in deliveries.take_due(bank):
                senders.submit(deliveries.send, bank, delivery_id)
