"""What a person at the terminal sees: step lines with the seconds since the start, failures in a sentence."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

#: Unix time at which the launcher began; processes it starts count on from there.
STARTED_VARIABLE: Final = "HOUSLER_DEMO_STARTED"
_TAIL_LINES: Final = 30


class DevError(Exception):
    """One sentence that says what is wrong and how to mend it."""


def started() -> float:
    """Unix time, seconds; the first call fixes it for this process and those it starts."""
    return float(os.environ.setdefault(STARTED_VARIABLE, f"{time.time():.3f}"))


def say(sentence: str) -> None:
    """Print one progress line; progress goes to standard error, answers to standard output."""
    print(f"[{time.time() - started():6.1f} s] {sentence}", file=sys.stderr, flush=True)


@contextmanager
def step(sentence: str) -> Iterator[None]:
    """Announce long work, and say how long it took."""
    say(f"{sentence} …")
    begun = time.monotonic()
    yield
    say(f"{sentence}: done in {time.monotonic() - begun:.1f} s")


def run_logged(
    argv: Sequence[str | Path],
    log: Path,
    *,
    timeout_seconds: int,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> None:
    """Run a command with its output in ``log``.

    :raises DevError: it failed or took too long; shows the end of its output
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in argv]
    try:
        with log.open("w", encoding="utf-8") as out:
            subprocess.run(
                words,
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=timeout_seconds,
                env=None if environment is None else dict(environment),
                cwd=folder,
            )
    except FileNotFoundError:
        raise DevError(
            f"{words[0]} is not there; install it or remove .housler/envs and start again."
        ) from None
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        ended = "took too long" if isinstance(failure, subprocess.TimeoutExpired) else "failed"
        raise DevError(f"{' '.join(words[:4])} … {ended}; the end of {log}:\n{tail(log)}") from None


def tail(log: Path) -> str:
    """The last lines of a log, indented."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"    {line}" for line in lines[-_TAIL_LINES:]) or "    (nothing was written)"
