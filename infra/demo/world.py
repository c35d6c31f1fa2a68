"""Everything a stranger can reach: the public address, the outside world's pages, and the cloud's invoke API."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.demo.client import Fields, Site
from infra.demo.failure import DemoFailed
from infra.demo.outside import Bank, Letters, Phones, TaxOffice

#: calls a deployed function by its name, with what it takes as JSON
Invoke = Callable[[str, object], Any]
#: says one Russian sentence to the person who watches
Tell = Callable[[str], None]

PREFIX: Final = "/api/v1"
_CONTROL: Final = "/_control"


@dataclass(frozen=True, slots=True)
class AdminSignIn:
    """The one account that exists beforehand: the approved agency's admin, whose phone nobody verified yet."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class World:
    api: Site
    phones: Phones
    letters: Letters
    bank: Bank
    tax_office: TaxOffice
    admin: AdminSignIn
    invoke: Invoke
    tell: Tell
    #: where downloaded documents are kept
    output: Path

    def operate(self, name: str, payload: Fields) -> Fields:
        """Do as the platform's operator what ``operations.NAME`` does; its result.

        :raises DemoFailed: it was refused
        """
        answer = self.invoke(f"operations.{name}", payload)
        if "refused" in answer:
            raise DemoFailed(f"Операция {name} отклонена: {answer['refused']['detail']}")
        result: Fields = answer["result"]
        return result


def reached(settings: Mapping[str, str], *, invoke: Invoke, tell: Tell, output: Path) -> World:
    """The world at the addresses of ``settings``: variables as ``infra.dev.stack_settings`` names them.

    :raises DemoFailed: an address or the admin's sign-in is missing
    """
    return World(
        api=Site(_given(settings, "HOUSLER_GATEWAY_URL") + PREFIX),
        phones=Phones(_stand_in(settings, "SMSRU")),
        letters=Letters(_stand_in(settings, "SMTP")),
        bank=Bank(_stand_in(settings, "YOOKASSA")),
        tax_office=TaxOffice(_stand_in(settings, "FNS")),
        admin=AdminSignIn(_given(settings, "SEED_ADMIN_EMAIL"), _given(settings, "SEED_ADMIN_PASSWORD")),
        invoke=invoke,
        tell=tell,
        output=output,
    )


def from_environment(tell: Tell) -> World:
    """The world that the launcher's variables name; documents go to ``DEMO_OUTPUT_DIR`` or beside the stack's data.

    :raises DemoFailed: a variable is missing
    """
    folder = os.environ.get("DEMO_OUTPUT_DIR") or f"{_given(os.environ, 'HOUSLER_DATA')}/demo"
    output = Path(folder).resolve()
    output.mkdir(parents=True, exist_ok=True)
    return reached(os.environ, invoke=_invoke, tell=tell, output=output)


def _invoke(name: str, payload: object) -> Any:  # noqa: ANN401 -- whatever the function answers
    # The AWS SDK is loaded only where a stack is reached for.
    from infra import cloud  # noqa: PLC0415 -- see above

    try:
        return cloud.invoke(name, payload)
    except cloud.FunctionFailed as error:
        raise DemoFailed(f"Функция {name} не справилась: {error}.") from None


def _stand_in(settings: Mapping[str, str], name: str) -> str:
    return _given(settings, f"HOUSLER_CONTROL_{name}").removesuffix(_CONTROL)


def _given(settings: Mapping[str, str], name: str) -> str:
    value = settings.get(name)
    if not value:
        raise DemoFailed(f"Не задана переменная {name}: запускайте через ./dev demo.")
    return value
