"""T-Bank's place on one machine: ``python -m localstack.standins.tbank --port N --data DIR --webhook-url URL``."""

import json

from flask import Flask

from localstack.standins.common.serve import LOOPBACK, arguments, bind, required, serve
from localstack.standins.common.store import Store
from localstack.standins.tbank import api, control, pay_page, worker
from localstack.standins.tbank.bank import SCHEMA, Bank, Options, Terminal


def main() -> None:
    parser = arguments("T-Bank's internet acquiring")
    parser.add_argument("--webhook-url", required=True, help="where messages go; {terminal} becomes its name")
    parser.add_argument("--webhook-source", default="127.0.0.78", help="address that messages come from")
    parser.add_argument("--public-url", help="address of the payer's page, if it isn't this server's own")
    asked = parser.parse_args()
    (written,) = required("TBANK_TERMINALS")
    app = Flask(__name__)
    server = bind(app, asked.port)
    options = Options(
        public_url=asked.public_url or f"http://{LOOPBACK}:{server.port}",
        webhook_url=asked.webhook_url,
        webhook_source=asked.webhook_source,
    )
    terminals = {
        each["terminal_key"]: Terminal(name, each["terminal_key"], tuple(each["passwords"]))
        for name, each in json.loads(written).items()
    }
    bank = Bank(Store(asked.data / "tbank.sqlite3", SCHEMA), terminals, options)
    for part in (api, pay_page, control):
        app.register_blueprint(part.blueprint(bank))
    worker.start(bank)
    serve(server, "tbank")


if __name__ == "__main__":
    main()
