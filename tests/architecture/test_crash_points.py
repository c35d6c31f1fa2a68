"""Every labelled point of the product is one at which some test lets a worker die."""

import re
import subprocess
import sys

from infra.discovery import ROOT
from tests.builders import crashing


def deaths_tried() -> set[str]:
    """The labels of the tests that pytest would run."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:randomly", "tests/functions"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(re.findall(rf"::{crashing.TEST_CLASS}::\w+\[(\w+\.\w+)\]", listed.stdout))


class TestLabelledPoints:
    def test_a_worker_dies_at_each(self) -> None:
        assert deaths_tried() == set(crashing.all_labels())

    def test_each_has_a_label_of_its_own(self) -> None:
        assert [label for label, places in crashing.all_labels().items() if places > 1] == []
