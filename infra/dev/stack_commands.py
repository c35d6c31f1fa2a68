"""``python -m infra.dev.stack_commands up|down|demo|migrate|rotate-keys|staff|banks``: the launcher's commands that need an environment."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from infra.dev import console, environments, places, ports, stack

_INTERRUPTED: Final = 130
_SEED: Final = "infra.seed"
_SEEDING: Final = "Seeing to an agency with an administrator"


def main(arguments: Sequence[str]) -> int:
    console.started()
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except console.DevError as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev")
    commands = parser.add_subparsers(required=True)
    for name, run in (
        ("up", _up),
        ("down", _down),
        ("demo", _demo),
        ("migrate", _migrate),
        ("rotate-keys", _rotate_keys),
        ("staff", _staff),
        ("banks", _banks),
    ):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        if name in {"up", "demo"}:
            command.add_argument(
                "--port-base", type=int, help=f"first port of the row ({ports.DEFAULT_BASE})"
            )
        if name == "rotate-keys":
            command.add_argument("--check", action="store_true", help="only count")
        if name in {"staff", "banks"}:
            command.add_argument("words", nargs=argparse.REMAINDER)
        if name == "demo":
            command.add_argument("--json", action="store_true", help="the last line is one JSON object")
    return parser


def _start(options: argparse.Namespace) -> stack.Stack:
    """A running stack keeps its ports unless others are asked for."""
    known = stack.running(places.data())
    chosen = known.ports if known is not None and not ports.are_chosen(options.port_base) else None
    return stack.up(places.data(), chosen or ports.choose(options.port_base))


def _up(options: argparse.Namespace) -> int:
    started = _start(options)
    sign_in = started.run(_SEED, _SEEDING)
    print(f"\nGateway        {started.addresses.gateway}/api/v1")
    for name, url in started.addresses.control.items():
        print(f"{name:<15}{url}")
    print(f"Logs           {started.folder / 'logs'}")
    print(f"\n{sign_in.strip()}\n\nIt runs until ./dev down.")
    return 0


def _down(_options: argparse.Namespace) -> int:
    stopped = stack.down(places.data())
    print(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def _demo(options: argparse.Namespace) -> int:
    """Leaves the stack as it was: what the demo started, it stops."""
    was_running = stack.running(places.data()) is not None
    try:
        started = _start(options)
        started.run(_SEED, _SEEDING)
        return subprocess.run(
            [environments.python_of("tests"), "-m", "infra.demo", *(["--json"] if options.json else [])],
            cwd=places.ROOT,
            env={**started.environment, console.STARTED_VARIABLE: str(console.started())},
            check=False,
        ).returncode
    finally:
        if not was_running:
            stack.down(places.data())


def _migrate(_options: argparse.Namespace) -> int:
    """:raises DevError: there is no stack to migrate"""
    known = stack.running(places.data())
    if known is None:
        raise console.DevError("Start the stack by ./dev up, or name a database in DATABASE_OWNER_URL.")
    print(known.run("infra.migrate", "Bringing the database to the newest revision").strip())
    return 0


def _rotate_keys(options: argparse.Namespace) -> int:
    return _in_stack("infra.rotate_keys", ["--check"] if options.check else [])


def _staff(options: argparse.Namespace) -> int:
    return _in_stack("infra.staff", options.words)


def _banks(options: argparse.Namespace) -> int:
    return _in_stack("infra.banks", options.words)


def _in_stack(module: str, words: Sequence[str]) -> int:
    """Run a module with the stack's settings, and not through a log: what it prints may be shown this once.

    :raises DevError: there is no stack to work in
    """
    known = stack.running(places.data())
    if known is None:
        raise console.DevError(
            "Start the stack by ./dev up, or name a database and its keys (docs/operations.md)."
        )
    return subprocess.run(
        [environments.python_of("tests"), "-m", module, *words],
        cwd=places.ROOT,
        env=known.environment,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
