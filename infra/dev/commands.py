"""What ``./dev`` can do: each command sees to its environments, then hands over to the module that does the work.

Standard library only: this runs before there is an environment.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from infra.dev import checks, console, environments, places, system_libraries

_USAGE_ERROR: Final = 2
_INTERRUPTED: Final = 130
_WORKERS: Final = "2"


@dataclass(frozen=True, slots=True)
class Command:
    arguments: str
    sentence: str
    run: Callable[[Sequence[str]], int]


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code (1 for a failure said in a sentence, 2 for a wrong command)."""
    console.started()
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(f"./dev has no command {arguments[0]}.\n\n{usage()}", file=sys.stderr)
        return _USAGE_ERROR
    try:
        return command.run(arguments[1:])
    except console.DevError as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return _INTERRUPTED


def usage() -> str:
    lines = [f"  {f'{name} {command.arguments}':<24}{command.sentence}" for name, command in COMMANDS.items()]
    return "\n".join(("Usage: ./dev COMMAND", "", *lines, "", "docs/operations.md tells of ports and data."))


def _module(*words: str) -> NoReturn:
    """Become a module of ours in the tests' environment: its exit code and Ctrl-C are its own."""
    python = str(environments.python_of("tests"))
    os.chdir(places.ROOT)
    sys.stdout.flush()
    os.execv(python, [python, "-m", *words])  # noqa: S606 -- a module of ours


def _prepare() -> None:
    environments.identity(environments.interpreter())
    system_libraries.ensure()
    for name in environments.RECIPES:
        environments.ensure(name)


def _in_stack(command: str) -> Callable[[Sequence[str]], int]:
    def run(arguments: Sequence[str]) -> int:
        _prepare()
        return _module("infra.dev.stack_commands", command, *arguments)

    return run


def _down(arguments: Sequence[str]) -> int:
    if not environments.python_of("tests").exists():
        console.say("nothing was started here")
        return 0
    return _module("infra.dev.stack_commands", "down", *arguments)


def _test(arguments: Sequence[str]) -> int:
    _prepare()
    chosen = any(word.startswith(("-n", "--numprocesses", "--dist", "--pdb")) for word in arguments)
    return _module("pytest", *([] if chosen else ["-n", _WORKERS]), *arguments)


def _check(arguments: Sequence[str]) -> int:
    _prepare()
    return checks.run(arguments)


def _render(arguments: Sequence[str]) -> int:
    environments.ensure("tests")
    return _module("infra.render", *arguments)


def _migrate(arguments: Sequence[str]) -> int:
    environments.ensure("tests")
    if arguments:
        return _module("infra.migrate", *arguments)
    if "DATABASE_OWNER_URL" in os.environ:
        return _module("infra.migrate")
    return _module("infra.dev.stack_commands", "migrate")


def _one_of(package: str, usage_of: str, options: str) -> Callable[[Sequence[str]], int]:
    """A command whose first word names a module of ``package``, and hands the others over to it."""

    def run(arguments: Sequence[str]) -> int:
        folder = places.ROOT.joinpath(*package.split("."))
        names = sorted(path.stem for path in folder.glob("*.py") if "\ndef main(" in path.read_text())
        if not arguments or arguments[0] not in names:
            raise console.DevError(f"Say which: ./dev {usage_of} {'|'.join(names)} {options}")
        _prepare()
        return _module(f"{package}.{arguments[0]}", *arguments[1:])

    return run


def _rotate_keys(arguments: Sequence[str]) -> int:
    environments.ensure("tests")
    if "HOUSLER_KEY_SERVICE" in os.environ or "HOUSLER_KEY_RING" in os.environ:
        return _module("infra.rotate_keys", *arguments)
    return _module("infra.dev.stack_commands", "rotate-keys", *arguments)


def _banks(arguments: Sequence[str]) -> int:
    environments.ensure("tests")
    if "DATABASE_OWNER_URL" in os.environ:
        return _module("infra.banks", *arguments)
    return _module("infra.dev.stack_commands", "banks", *arguments)


def _staff(arguments: Sequence[str]) -> int:
    environments.ensure("tests")
    if "DATABASE_URL" in os.environ:
        return _module("infra.staff", *arguments)
    return _module("infra.dev.stack_commands", "staff", *arguments)


def _verify(arguments: Sequence[str]) -> int:
    environments.ensure("tests")
    return _module("infra.verify", *arguments)


COMMANDS: Final = {
    "demo": Command("[--json]", "one deal from sign-in to tax receipt, step by step", _in_stack("demo")),
    "test": Command("[pytest args]", "the tests", _test),
    "up": Command("[--port-base N]", "start the whole stack and keep it running", _in_stack("up")),
    "down": Command("", "stop what up started; its data stays", _down),
    "check": Command("[name ...]", "style, types, layers, generated files, migrations", _check),
    "render": Command("[--check]", "write template.yaml and docs/openapi.yaml from functions/", _render),
    "migrate": Command("[--check]", "bring the database to the newest revision", _migrate),
    "rotate-keys": Command("[--check]", "move personal data to the active keys, while it runs", _rotate_keys),
    "banks": Command("FILE", "load the Bank of Russia's directory of BIKs (ED807)", _banks),
    "staff": Command("add|disable …", "take on operators and admins, and let them go", _staff),
    "verify": Command("audit [--json]", "is the audit log what was once chained and sealed?", _verify),
    "bench": Command(
        "NAME [--json]",
        "measure (auth, coldstart, crypto, ledger, webhook)",
        _one_of("infra.bench", "bench", "[--json]"),
    ),
    "campaign": Command(
        "NAME [--small]",
        "a long seeded run (ledger, splits, webhooks)",
        _one_of("tests.campaigns", "campaign", "[--json] [--seed N] [--small]"),
    ),
}
