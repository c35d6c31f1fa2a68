"""``python -m localstack.standins.smtp --port N --control-port M --data DIR [--certificate PEM --key PEM [--tls]]``.

Asks for a log-in when ``SMTP_USERNAME`` and ``SMTP_PASSWORD`` are set.
"""

import os
import ssl
from argparse import Namespace
from pathlib import Path

from flask import Flask, Response

from localstack.standins.common.serve import LOOPBACK, arguments, bind, serve
from localstack.standins.smtp.control import Control
from localstack.standins.smtp.faults import MailFaults
from localstack.standins.smtp.mailbox import Mailbox
from localstack.standins.smtp.receiver import Credentials, Receiver, Security, mail_server


def main() -> None:
    options = _options()
    mailbox, faults = Mailbox(options.data), MailFaults()
    mail = mail_server(Receiver(mailbox, faults), options.port, _security(options), _credentials())
    app = Flask(__name__)
    Control(mailbox, faults).register(app)
    app.register_error_handler(ValueError, lambda error: Response(str(error), 400))
    control = bind(app, options.control_port)
    mail.start()
    print(f"smtp takes letters on smtp://{LOOPBACK}:{mail.port}", flush=True)
    serve(control, "smtp")


def _options() -> Namespace:
    parser = arguments("a mail server's stand-in")
    parser.add_argument("--control-port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--certificate", type=Path, help="PEM; offers STARTTLS and asks for it")
    parser.add_argument("--key", type=Path, help="PEM of the certificate's key")
    parser.add_argument("--tls", action="store_true", help="TLS from the first byte in place of STARTTLS")
    options = parser.parse_args()
    if (options.certificate is None) != (options.key is None) or (
        options.tls and options.certificate is None
    ):
        parser.error("--certificate and --key come together, and --tls needs both")
    return options


def _security(options: Namespace) -> Security:
    if options.certificate is None:
        return Security()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    return Security(context, implicit=options.tls)


def _credentials() -> Credentials | None:
    username, password = os.environ.get("SMTP_USERNAME"), os.environ.get("SMTP_PASSWORD")
    return Credentials(username, password) if username and password else None


if __name__ == "__main__":
    main()
