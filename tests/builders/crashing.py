"""Functions that die between their statements: the product's labelled points, and a process that is killed at one."""

import ast
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
#: A test of a death is a method of a class of this name, parametrized by nothing but the label.
TEST_CLASS: Final = "TestDeath"

_CODE: Final = (
    "import importlib, json, sys;"
    "importlib.import_module('functions.' + sys.argv[1] + '.handler').app(json.load(sys.stdin), None)"
)


@cache
def all_labels() -> Counter[str]:
    """How often each label is written in the product.

    :raises ValueError: a label isn't a plain string, so that nobody could find it
    """
    sources = [path for folder in ("functions", "shared") for path in sorted((ROOT / folder).rglob("*.py"))]
    return Counter(label for source in sources for label in _labels_in(source))


def labels_of(function: str) -> list[str]:
    """The points named ``function.step``, wherever the code that has them lies.

    :raises ValueError: there are none: a test of no death would pass
    """
    found = sorted(label for label in all_labels() if label.partition(".")[0] == function)
    if not found:
        raise ValueError(f"no point of {function} is left")
    return found


def dies_at(label: str, function: str, event: dict[str, Any]) -> bool:
    """Have ``queues.render`` (or any other) handle the event in a process of its own, killed at the labelled point."""
    done = subprocess.run(  # noqa: S603 -- the interpreter that runs this test
        [sys.executable, "-c", _CODE, function],
        input=json.dumps(event),
        env={**os.environ, "HOUSLER_CRASH_AT": label},
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode == -signal.SIGKILL


def _labels_in(source: Path) -> list[str]:
    text = source.read_text()
    if "checkpoints" not in text:
        return []
    labels = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "reached":
            label = ast.literal_eval(node.args[0])
            if not isinstance(label, str):
                raise ValueError(f"{source.name}:{node.lineno} marks a point without a name")
            labels.append(label)
    return labels
