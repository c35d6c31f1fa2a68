"""What SMS.RU does by itself: it looks where messages are, and tells the customer."""

import threading
import time

from localstack.standins.smsru.callbacks import Callbacks

LOOK_EVERY_SECONDS = 0.1


def start(callbacks: Callbacks) -> None:
    threading.Thread(target=_work, args=(callbacks,), name="callbacks", daemon=True).start()


def _work(callbacks: Callbacks) -> None:
    while True:
        callbacks.tell_changes()
        callbacks.send_due()
        time.sleep(LOOK_EVERY_SECONDS)
