"""``python -m infra.bench.coldstart [--json] [--runs N] [NAME …]``: what each function's first import costs.

Each function is imported from the built artifacts by a fresh interpreter, in turn with one that imports exactly the
third-party modules which that function ends up with; CPU time and peak memory, medians. The ratio is what our own
code adds. With ``--json`` the last line is
``{"functions": {NAME: {"cpu_ms", "peak_mib", "ratio"}}, "worst": {"name", "ratio"}}``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from infra import artifacts
from infra.discovery import Function, functions
from infra.layers import build
from infra.layers.target import local
from infra.plan import PlannedFunction, plan

_RUNS: Final = 5
_TIMEOUT_SECONDS: Final = 60

#: Measures itself; argv: path entries, then "--", then the modules to import in this order.
_PROBE: Final = """
import sys, time
split = sys.argv.index("--")
sys.path[:0] = sys.argv[1:split]
started = time.process_time()
for name in sys.argv[split + 1:]:
    __import__(name)
spent = time.process_time() - started
import json
with open("/proc/self/status") as status:  # getrusage would tell the parent's peak, kept over exec
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
known = sys.stdlib_module_names | {"functions", "shared", "__main__"}
foreign = [
    name for name, module in sys.modules.items()
    if name.split(".")[0] not in known and getattr(getattr(module, "__spec__", None), "origin", None)
    and module.__spec__.name == name
]
own = [name for name in sys.modules if name.split(".")[0] in {"functions", "shared"}]
print(json.dumps({"cpu_ms": spent * 1000, "peak_mib": peak / 1024, "foreign": foreign, "own": own}))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    cpu_ms: float
    peak_mib: float
    ratio: float


def probe(paths: list[Path], modules: list[str], libraries: Path | None = None) -> dict[str, Any]:
    """Import ``modules`` with only ``paths`` and the standard library at hand.

    :return: ``cpu_ms``, ``peak_mib``, and the modules loaded, in order: ``foreign`` (third-party) and ``own``
    """
    environment = {"PATH": os.environ.get("PATH", "")}
    if libraries is not None:
        environment["LD_LIBRARY_PATH"] = str(libraries)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _PROBE, *map(str, paths), "--", *modules],
        capture_output=True,
        text=True,
        check=True,
        timeout=_TIMEOUT_SECONDS,
        env=environment,
    )
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def paths_of(planned: PlannedFunction, staged: Path) -> list[Path]:
    target = local()
    layers = [build.build_domain(target), build.build_runtime(target)]
    if "pdf" in planned.layers:
        layers.append(build.build_pdf(target, with_natives=False))
    return [staged, *(layer / "python" for layer in layers)]


def cost(function: Function, paths: list[Path], runs: int) -> Cost:
    first = probe(paths, [function.module])
    own, foreign = [], []
    for _ in range(runs):
        own.append(probe(paths, [function.module]))
        foreign.append(probe(paths, first["foreign"]))
    cpu = statistics.median(each["cpu_ms"] for each in own)
    base = statistics.median(each["cpu_ms"] for each in foreign)
    return Cost(
        round(cpu, 1), round(statistics.median(each["peak_mib"] for each in own), 1), round(cpu / base, 3)
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="infra.bench.coldstart")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=_RUNS)
    parser.add_argument("names", nargs="*")
    given = parser.parse_args(arguments)
    costs = {}
    with TemporaryDirectory() as scratch:
        staged = artifacts.stage(local(), functions(), Path(scratch) / "functions")
        for planned in plan().functions:
            function = planned.function
            if given.names and function.name not in given.names:
                continue
            measured = cost(function, paths_of(planned, staged[function.name]), given.runs)
            costs[function.name] = measured
            print(
                f"{function.name:36} {measured.cpu_ms:7.1f} ms {measured.peak_mib:6.1f} MiB  x {measured.ratio:.2f}",
                flush=True,
            )
    worst = max(costs, key=lambda name: costs[name].ratio)
    if given.json:
        print(
            json.dumps(
                {
                    "functions": {
                        name: {"cpu_ms": each.cpu_ms, "peak_mib": each.peak_mib, "ratio": each.ratio}
                        for name, each in costs.items()
                    },
                    "worst": {"name": worst, "ratio": costs[worst].ratio},
                }
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
