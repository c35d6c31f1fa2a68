"""Bytecode that no copy or zip can make stale: checked by nobody, keyed to the content by the build itself."""

import subprocess
from pathlib import Path
from typing import Final

from infra.layers.target import BuildError, Target

_TIMEOUT_SECONDS: Final = 600


def compile_folder(target: Target, folder: Path, *, shown_as: str) -> bool:
    """Write unchecked-hash bytecode beside the sources; False when no Python of that version is at hand.

    :param shown_as: the folder's path in the cloud, for tracebacks
    """
    interpreter = target.interpreter
    if interpreter is None:
        return False
    done = subprocess.run(
        [
            str(interpreter), "-I", "-m", "compileall", "-q", "-f", "-j", "0",
            "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", shown_as, str(folder),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise BuildError(f"bytecode of {folder.name}: {done.stdout}{done.stderr}")
    return True
