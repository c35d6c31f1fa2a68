"""Each failure mode of docs/failure-modes.md has the test that the page names, and no other."""

import ast
import re
from pathlib import Path
from typing import Final

from infra.discovery import ROOT

_PAGE: Final = ROOT / "docs/failure-modes.md"
_ROW: Final = re.compile(r"^\| (\d+) \|.*\| `(tests/\S+\.py)::(Test\w+)` \|$", re.MULTILINE)
_MODE: Final = re.compile(r"TestMode(\d\d)\w+")


def promised() -> list[tuple[int, str, str]]:
    return [(int(number), path, name) for number, path, name in _ROW.findall(_PAGE.read_text("utf-8"))]


def written(path: Path) -> dict[str, int]:
    """The classes of a file's modes, and how many tests each has."""
    return {
        node.name: sum(
            isinstance(each, ast.FunctionDef) and each.name.startswith("test_") for each in node.body
        )
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and _MODE.fullmatch(node.name)
    }


class TestThePage:
    def test_names_a_test_for_each_of_the_24(self) -> None:
        assert [number for number, _, _ in promised()] == list(range(1, 25))

    def test_names_tests_that_exist_and_bear_the_number(self) -> None:
        for number, path, name in promised():
            assert written(ROOT / path).get(name, 0) > 0, name
            assert name.startswith(f"TestMode{number:02d}"), name

    def test_leaves_no_mode_out(self) -> None:
        files = sorted((ROOT / "tests").rglob("test_failure_modes_of_*.py"))

        assert {name for path in files for name in written(path)} == {name for _, _, name in promised()}
