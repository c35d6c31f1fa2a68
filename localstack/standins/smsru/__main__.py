"""``python -m localstack.standins.smsru --port N --data DIR``; its key is ``SMSRU_API_ID``."""

from pathlib import Path

from flask import Flask, Response

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.faults import FaultSwitches
from localstack.standins.common.serve import arguments, bind, required, serve
from localstack.standins.smsru.api import SmsRuApi
from localstack.standins.smsru.codes import CodeSwitches
from localstack.standins.smsru.control import Control
from localstack.standins.smsru.phonebook import Phonebook


def create_app(folder: Path, api_id: str) -> Flask:
    app = Flask(__name__)
    clock, faults, codes = ShiftedClock(), FaultSwitches(), CodeSwitches()
    phonebook = Phonebook(folder, clock)
    SmsRuApi(api_id, phonebook, clock, faults, codes).register(app)
    Control(phonebook, clock, faults, codes).register(app)
    app.register_error_handler(ValueError, lambda error: Response(str(error), 400))
    return app


def main() -> None:
    options = arguments("SMS.RU's stand-in").parse_args()
    (api_id,) = required("SMSRU_API_ID")
    serve(bind(create_app(options.data, api_id), options.port), "smsru")


if __name__ == "__main__":
    main()
