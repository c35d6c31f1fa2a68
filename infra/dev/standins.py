"""The outside world on one machine: one process for each service, with the keys of that service and no others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.dev import environments, places, stack_settings
from infra.dev.processes import Processes


@dataclass(frozen=True, slots=True)
class StandIn:
    name: str
    #: the port that tells that it is ready: the last one it opens
    ready_port: str
    keys: tuple[str, ...]


STAND_INS: Final = (
    StandIn(
        "yookassa",
        "yookassa",
        ("YOOKASSA_SHOP_ID", "YOOKASSA_SECRET_KEY", "YOOKASSA_GATEWAY_ID", "YOOKASSA_GATEWAY_SECRET_KEY"),
    ),
    StandIn("tbank", "tbank", ("TBANK_TERMINALS",)),
    StandIn("smsru", "smsru", ("SMSRU_API_ID",)),
    StandIn("smtp", "smtp_control", ("SMTP_USERNAME", "SMTP_PASSWORD")),
    StandIn("fns", "fns", ("FNS_MASTER_TOKEN", "FNS_USER_TOKEN")),
)


def start(
    stand_in: StandIn,
    processes: Processes,
    folder: Path,
    credentials: Mapping[str, str],
    chosen: Mapping[str, int],
) -> None:
    """:raises DevError: it doesn't start"""
    keys = {name: credentials[name] for name in stand_in.keys}
    processes.start(
        stand_in.name,
        [
            environments.python_of("tests"), "-m", f"localstack.standins.{stand_in.name}",
            "--port", str(chosen[stand_in.name]), "--data", folder / "standins" / stand_in.name,
            *_further(stand_in.name, chosen),
        ],
        port=chosen[stand_in.ready_port],
        environment=stack_settings.bare_environment() | keys,
        folder=places.ROOT,
    )  # fmt: skip


def _further(name: str, chosen: Mapping[str, int]) -> list[str]:
    match name:
        case "yookassa":
            webhook = f"{stack_settings.addresses(chosen).gateway}/api/v1/payments/webhooks/yookassa"
            return ["--webhook-url", webhook, "--webhook-source", stack_settings.WEBHOOK_SOURCE]
        case "tbank":
            webhook = f"{stack_settings.addresses(chosen).gateway}/api/v1/payments/webhooks/{{terminal}}"
            return ["--webhook-url", webhook, "--webhook-source", stack_settings.WEBHOOK_SOURCE]
        case "smsru":
            return [
                "--callback-url",
                f"{stack_settings.addresses(chosen).gateway}/api/v1/sms/callbacks/smsru",
            ]
        case "smtp":
            return ["--control-port", str(chosen["smtp_control"])]
        case _:
            return []
