"""``python -m infra.demo [--json]``: the main job against the running stack, step by step.

With ``--json`` the last line is one JSON object. Ends with 1 and a sentence if a step did not happen.
"""

import argparse
import json
import os
import sys
import time
from typing import Final

from infra.demo import agency, world
from infra.demo.client import Fields
from infra.demo.failure import DemoFailed
from infra.demo.outcome import Outcome
from shared.kernel.money import Money

_LABELS: Final = {"vat": "НДС", "platform": "платформа", "agency": "агентство", "agent": "агент"}


class Story:
    """Numbered lines with the seconds since the start."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._steps = 0

    @property
    def elapsed_seconds(self) -> float:
        return time.time() - self._started

    def tell(self, sentence: str) -> None:
        self._steps += 1
        print(f"{self._steps:3}. [{self.elapsed_seconds:5.1f} с] {sentence}", flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="infra.demo")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    asked = parser.parse_args(arguments)
    story = Story(float(os.environ.get("HOUSLER_DEMO_STARTED") or time.time()))
    try:
        outcome = agency.run(world.from_environment(story.tell))
        functions = functions_deployed()
    except DemoFailed as failure:
        print(f"\nДемонстрация не дошла до конца. {failure}", file=sys.stderr)
        return 1
    report = outcome.report(functions_deployed=functions, elapsed_seconds=story.elapsed_seconds)
    print(summary(outcome, report))
    if asked.json:
        print(json.dumps(report, ensure_ascii=False), flush=True)
    return 0


def summary(outcome: Outcome, report: Fields) -> str:
    """The end of the story, for a person."""
    shares = ", ".join(f"{_LABELS[line]} {Money(kopecks)}" for line, kopecks in outcome.splits.items())
    receipt, ledger = report["receipt"], report["ledger"]
    return "\n".join(
        (
            "",
            f"Подписанный договор: {report['pdf_path']}",
            f"Разделение {Money(report['gross_kopecks'])}: {shares}.",
            f"Книги: дебет {Money(ledger['debits_kopecks'])} = кредит {Money(ledger['credits_kopecks'])}.",
            f"Чек НПД: {receipt['link']}",
            f"Функций развёрнуто: {report['functions_deployed']}; прошло {report['elapsed_seconds']} с.",
        )
    )


def functions_deployed() -> int:
    from infra import cloud  # noqa: PLC0415 -- the AWS SDK takes its time, and a wrong argument needs none of it

    pages = cloud.client("lambda").get_paginator("list_functions").paginate()
    prefix = f"{cloud.stack_name()}-"
    return sum(each["FunctionName"].startswith(prefix) for page in pages for each in page["Functions"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
