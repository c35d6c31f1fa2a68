"""``./dev check``: every check of the tree, all of them even when one fails, and a table of what passed."""

import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from infra.dev import console, environments, places

_AT_ONCE: Final = 2
_TIMEOUT_SECONDS: Final = 900
_PACKAGES: Final = ("functions", "shared", "infra", "localstack", "tests")


@dataclass(frozen=True, slots=True)
class Check:
    """One command of an environment's ``bin`` folder; it passes when it exits with 0."""

    name: str
    environment: str
    words: tuple[str, ...]


#: The slow ones first, so that the two that run at once end together.
CHECKS: Final = (
    Check("mypy", "tests", ("mypy", "dev", *_PACKAGES)),
    Check("migrations", "tests", ("python", "-m", "infra.migrate", "--check")),
    Check("imports", "tests", ("lint-imports", "--no-cache")),
    Check("rendered", "tests", ("python", "-m", "infra.render", "--check")),
    Check("template", "emulator", ("cfn-lint", "template.yaml")),
    Check("ruff", "tests", ("ruff", "check", ".", "dev")),
    Check("format", "tests", ("ruff", "format", "--check", ".", "dev")),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    check: Check
    passed: bool
    seconds: float
    output: str


def run(names: Sequence[str], checks: Sequence[Check] = CHECKS) -> int:
    """Run the named checks, or all; 0 when every one passed.

    :raises DevError: no such check
    """
    known = {check.name: check for check in checks}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise console.DevError(f"No check is called {unknown[0]}; there are {', '.join(known)}.")
    chosen = [known[name] for name in names] or list(checks)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = list(pool.map(_perform, chosen))
    for outcome in outcomes:
        if not outcome.passed:
            print(f"\n── {outcome.check.name}: {' '.join(outcome.check.words)}\n{outcome.output.strip()}")
    print(f"\n{table(outcomes)}")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def table(outcomes: Sequence[Outcome]) -> str:
    return "\n".join(
        f"{'passed' if outcome.passed else 'FAILED'}  {outcome.check.name:<12}{outcome.seconds:6.1f} s"
        for outcome in outcomes
    )


def _perform(check: Check) -> Outcome:
    begun = time.monotonic()
    program, *rest = check.words
    try:
        done = subprocess.run(
            [environments.python_of(check.environment).with_name(program), *rest],
            cwd=places.ROOT,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_TIMEOUT_SECONDS,
        )
        passed, output = done.returncode == 0, done.stdout
    except subprocess.TimeoutExpired:
        passed, output = False, f"took longer than {_TIMEOUT_SECONDS} s"
    seconds = time.monotonic() - begun
    console.say(f"{check.name}: {'passed' if passed else 'FAILED'}")
    return Outcome(check, passed, seconds, output)
