"""``python -m localstack.standins.smsru --port N --data DIR [--callback-url URL]``; its key is ``SMSRU_API_ID``."""

from flask import Flask, Response

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.faults import FaultSwitches
from localstack.standins.common.serve import arguments, bind, required, serve
from localstack.standins.smsru import worker
from localstack.standins.smsru.api import SmsRuApi
from localstack.standins.smsru.callbacks import Callbacks
from localstack.standins.smsru.codes import CodeSwitches
from localstack.standins.smsru.control import Control
from localstack.standins.smsru.phonebook import Phonebook


def main() -> None:
    parser = arguments("SMS.RU's stand-in")
    parser.add_argument("--callback-url", help="told what becomes of messages, beside those added by the API")
    parser.add_argument(
        "--retry-scale", type=float, default=0.01, help="the real gap between callbacks, times this"
    )
    options = parser.parse_args()
    (api_id,) = required("SMSRU_API_ID")
    clock = ShiftedClock()
    phonebook = Phonebook(options.data, clock)
    callbacks = Callbacks(api_id, phonebook, clock, options.retry_scale)
    if options.callback_url:
        callbacks.add(options.callback_url)
    server = bind(_app(callbacks), options.port)
    worker.start(callbacks)
    serve(server, "smsru")


def _app(callbacks: Callbacks) -> Flask:
    app = Flask(__name__)
    faults, codes = FaultSwitches(), CodeSwitches()
    phonebook, clock = callbacks.phonebook, callbacks.clock
    SmsRuApi(callbacks.api_id, phonebook, clock, faults, codes, callbacks).register(app)
    Control(phonebook, clock, faults, codes, callbacks).register(app)
    app.register_error_handler(ValueError, lambda error: Response(str(error), 400))
    return app


if __name__ == "__main__":
    main()
