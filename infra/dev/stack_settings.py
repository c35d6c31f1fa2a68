"""Settings of the stack on one machine: what the functions and the stand-ins are told, and where a person looks."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.dev import ports

#: Where the banks' messages come from on this machine; any other address is a stranger's.
WEBHOOK_SOURCE: Final = "127.0.0.77"
REGION: Final = "us-east-1"
#: Its check digit is right, and nobody has it.
_INVENTED_INN: Final = "7700000009"
_FROM_OURS: Final = ("PATH", "HOME", "LANG", "HOUSLER_FONTS_DIR")


@dataclass(frozen=True, slots=True)
class Addresses:
    """HTTP addresses of the stack's parts, without a trailing slash; ``control`` by stand-in."""

    gateway: str
    emulator: str
    control: Mapping[str, str]


def addresses(chosen: Mapping[str, int]) -> Addresses:
    urls = {name: f"http://{ports.LOOPBACK}:{port}" for name, port in chosen.items()}
    control = {
        "yookassa": "yookassa",
        "tbank": "tbank",
        "smsru": "smsru",
        "smtp": "smtp_control",
        "fns": "fns",
    }
    return Addresses(
        gateway=urls["gateway"],
        emulator=urls["emulator"],
        control={name: f"{urls[port]}/_control" for name, port in control.items()},
    )


def bare_environment() -> dict[str, str]:
    """What every process may know of this machine; nothing of the person's own settings leaks into the stack."""
    kept = {name: os.environ[name] for name in _FROM_OURS if name in os.environ}
    return {"PATH": os.defpath, **kept, "TZ": "UTC", "PYTHONUNBUFFERED": "1"}


def functions_settings(
    credentials: Mapping[str, str], chosen: Mapping[str, int], *, database_url: str
) -> dict[str, str]:
    """The variables that ``template.yaml`` takes as parameters."""
    at = addresses(chosen)
    loopback = f"http://{ports.LOOPBACK}"
    return {
        **credentials,
        "HOUSLER_STAGE": "local",
        "HOUSLER_PUBLIC_URL": at.gateway,
        "HOUSLER_PLATFORM_NAME": "ООО «Хауслер»",
        "HOUSLER_PLATFORM_INN": _INVENTED_INN,
        "HOUSLER_CLIENT_ACCOUNT": "40702810900000000001",
        "HOUSLER_PLATFORM_ACCOUNT": "40702810200000000002",
        # Nobody waits a minute between two codes here, nor has a day's worth of them only.
        "HOUSLER_CODE_RESEND_SECONDS": "0",
        "HOUSLER_CODES_PER_DAY": "1000",
        "DATABASE_URL": database_url,
        "AWS_ENDPOINT_URL": at.emulator,
        "SMSRU_URL": f"{loopback}:{chosen['smsru']}",
        "SMTP_HOST": ports.LOOPBACK,
        "SMTP_PORT": str(chosen["smtp"]),
        "SMTP_SECURITY": "none",
        "SMTP_SENDER": "no-reply@housler.example",
        "FNS_AUTH_URL": f"{loopback}:{chosen['fns']}/open-api/AuthService",
        "FNS_SMZ_URL": f"{loopback}:{chosen['fns']}/ais3/smz/SmzIntegrationService",
        "YOOKASSA_URL": f"{loopback}:{chosen['yookassa']}/v3",
        "YOOKASSA_WEBHOOK_NETWORKS": f"{WEBHOOK_SOURCE}/32",
        "HOUSLER_TERMINALS": "yookassa=yookassa,tbank=tbank",
        "TBANK_URL": f"{loopback}:{chosen['tbank']}/v2",
        "TBANK_WEBHOOK_NETWORKS": f"{WEBHOOK_SOURCE}/32",
    }


def client_environment(
    settings: Mapping[str, str], chosen: Mapping[str, int], *, owner_url: str
) -> dict[str, str]:
    """What a person's tools on this machine are told: the functions' settings and where everything listens.

    ``HOUSLER_GATEWAY_URL``, ``HOUSLER_CONTROL_YOOKASSA`` (…``_TBANK``, ``_SMSRU``, ``_SMTP``, ``_FNS``), ``DATABASE_OWNER_URL``,
    ``AWS_REGION``, the credentials of the local cloud's administrator, ``SEED_ADMIN_EMAIL`` and ``SEED_ADMIN_PASSWORD``.
    """
    at = addresses(chosen)
    control = {f"HOUSLER_CONTROL_{name.upper()}": url for name, url in at.control.items()}
    return {
        **bare_environment(),
        **settings,
        **control,
        "HOUSLER_GATEWAY_URL": at.gateway,
        "DATABASE_OWNER_URL": owner_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }
