"""``python -m localstack.standins.fns --port N --data DIR [--public-url URL]``.

Its keys are ``FNS_MASTER_TOKEN`` and ``FNS_USER_TOKEN``; receipts' links begin with the public address.
"""

from flask import Flask, Response

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.faults import FaultSwitches
from localstack.standins.common.serve import LOOPBACK, arguments, bind, required, serve
from localstack.standins.fns.control import Control
from localstack.standins.fns.operations import Operations
from localstack.standins.fns.registry import Registry
from localstack.standins.fns.service import Behaviour, Keys, Service


def main() -> None:
    parser = arguments("the tax service's platform for the self-employed")
    parser.add_argument("--public-url", help="address of receipts, if it isn't this server's own")
    options = parser.parse_args()
    keys = Keys(*required("FNS_MASTER_TOKEN", "FNS_USER_TOKEN"))
    app = Flask(__name__)
    server = bind(app, options.port)
    clock, faults, behaviour = ShiftedClock(), FaultSwitches(), Behaviour()
    registry = Registry(options.data, clock, options.public_url or f"http://{LOOPBACK}:{server.port}")
    Service(keys, registry, Operations(registry), faults, behaviour).register(app)
    Control(registry, clock, faults, behaviour).register(app)
    app.register_error_handler(ValueError, lambda error: Response(str(error), 400))
    serve(server, "fns")


if __name__ == "__main__":
    main()
