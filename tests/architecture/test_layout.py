"""Where things lie."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from infra.discovery import ROOT, handlers

PRODUCT: Final = ("functions", "shared", "infra", "localstack")
TOP_LEVEL: Final = {
    ".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "dev", "docs", "functions", "infra",
    "localstack", "pyproject.toml", "shared", "template.yaml", "templates", "tests",
}  # fmt: skip
#: Here a package holds its port's one factory.
FACTORIES: Final = re.compile(r"shared/adapters/\w+/__init__\.py")

MAX_MODULE_LINES: Final = 300
MAX_FUNCTION_LINES: Final = 50
MAX_HANDLER_LINES: Final = 60
#: A note of something left to do, without the number of the issue that will do it.
UNNUMBERED: Final = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b(?!.*#\d)")


def tracked() -> list[Path]:
    """What git keeps, and what is new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 -- git is found on PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" or path == ROOT / "dev"]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def long_functions(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                found.append(f"{name(path)}:{node.lineno} {node.name}: {lines} lines")
    return found


class TestTidiness:
    def test_a_module_is_at_most_300_lines(self) -> None:
        lines = {name(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}

        assert {path: count for path, count in lines.items() if count > MAX_MODULE_LINES} == {}

    def test_a_function_is_at_most_50_lines(self) -> None:
        assert [found for path in python_files() for found in long_functions(path)] == []

    def test_a_handler_is_at_most_60_lines(self) -> None:
        lines = {name(path): len(path.read_text("utf-8").splitlines()) for path in handlers()}

        assert lines
        assert {path: count for path, count in lines.items() if count > MAX_HANDLER_LINES} == {}

    def test_what_is_left_to_do_names_its_issue(self) -> None:
        left = [
            f"{name(path)}: {line.strip()}"
            for path in python_files()
            for line in path.read_text("utf-8").splitlines()
            if UNNUMBERED.search(line)
        ]

        assert left == []

    def test_init_files_are_empty(self) -> None:
        full = [name(path) for path in python_files() if path.name == "__init__.py" and path.stat().st_size]

        assert [path for path in full if not FACTORIES.fullmatch(path)] == []


class TestLayout:
    def test_the_top_level_is_the_designs(self) -> None:
        assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL

    def test_a_function_is_one_folder_of_known_files(self) -> None:
        for handler in handlers():
            files = {path.name for path in handler.parent.iterdir() if path.is_file()}
            assert {"__init__.py", "handler.py"} <= files <= {"__init__.py", "handler.py", "schemas.py"}

    @pytest.mark.parametrize("handler", handlers(), ids=["/".join(path.parts[-3:-1]) for path in handlers()])
    def test_every_function_has_its_test(self, handler: Path) -> None:
        area, leaf = handler.parts[-3:-1]

        assert (ROOT / "tests" / "functions" / area / f"test_{leaf}.py").is_file()

    def test_every_python_folder_of_the_product_is_a_package(self) -> None:
        folders = {path.parent for path in python_files() if name(path).split("/")[0] in PRODUCT}
        loose = {ROOT / "infra/migrations/versions"}  # Alembic loads revisions by path

        assert {name(each) for each in folders - loose if not (each / "__init__.py").is_file()} == set()


class TestImports:
    def test_point_down(self) -> None:
        """The contracts of pyproject.toml."""
        linter = Path(sys.executable).with_name("lint-imports")
        checked = subprocess.run(  # noqa: S603 -- the test environment's own tool
            [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
        )

        assert checked.returncode == 0, checked.stdout
