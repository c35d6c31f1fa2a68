"""``python -m infra.verify audit …``: of the running stack, unless ``DATABASE_URL`` names another database."""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from infra.dev import places, stack

_SUBJECTS: Final = ("audit",)
_USAGE_ERROR: Final = 2


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] not in _SUBJECTS:
        print(f"Say which: ./dev verify {'|'.join(_SUBJECTS)} [--json]", file=sys.stderr)
        return _USAGE_ERROR
    environment = dict(os.environ)
    if "DATABASE_URL" not in environment:
        known = stack.running(places.data())
        if known is None:
            print("Start the stack by ./dev up, or name a database in DATABASE_URL.", file=sys.stderr)
            return _USAGE_ERROR
        environment = dict(known.environment)
    # A process of its own: what it reads of its settings is that environment alone.
    command = [sys.executable, "-m", f"infra.verify.{arguments[0]}", *arguments[1:]]
    return subprocess.run(command, cwd=places.ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
