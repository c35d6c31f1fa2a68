"""YooKassa's place on one machine: ``python -m localstack.standins.yookassa --port N --data DIR --webhook-url URL``."""

from datetime import timedelta

from flask import Flask

from localstack.standins.common.serve import LOOPBACK, arguments, bind, required, serve
from localstack.standins.common.store import Store
from localstack.standins.yookassa import api, checkout, control, worker
from localstack.standins.yookassa.bank import SCHEMA, Bank, Credentials, Options


def main() -> None:
    parser = arguments("YooKassa's payments and payouts")
    parser.add_argument("--webhook-url", required=True, help="where messages go")
    parser.add_argument("--webhook-source", default="127.0.0.77", help="address that messages come from")
    parser.add_argument("--public-url", help="address of the checkout page, if it isn't this server's own")
    parser.add_argument(
        "--retry-scale", type=float, default=0.01, help="the real gaps between deliveries, times this"
    )
    parser.add_argument("--payout-delay-ms", type=int, default=300, help="how long a payout is pending")
    asked = parser.parse_args()
    credentials = Credentials(
        *required(
            "YOOKASSA_SHOP_ID", "YOOKASSA_SECRET_KEY", "YOOKASSA_GATEWAY_ID", "YOOKASSA_GATEWAY_SECRET_KEY"
        )
    )
    app = Flask(__name__)
    server = bind(app, asked.port)
    options = Options(
        public_url=asked.public_url or f"http://{LOOPBACK}:{server.port}",
        webhook_url=asked.webhook_url,
        webhook_source=asked.webhook_source,
        retry_scale=asked.retry_scale,
        payout_delay=timedelta(milliseconds=asked.payout_delay_ms),
    )
    bank = Bank(Store(asked.data / "yookassa.sqlite3", SCHEMA), credentials, options)
    for part in (api, checkout, control):
        app.register_blueprint(part.blueprint(bank))
    worker.start(bank)
    serve(server, "yookassa")


if __name__ == "__main__":
    main()
