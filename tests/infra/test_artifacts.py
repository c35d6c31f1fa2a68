"""The real zips: unpacked, each function starts with nothing else at hand than its folder and its layers."""

import zipfile
from pathlib import Path

import pytest

from infra import artifacts
from infra.bench import coldstart
from infra.layers import build
from infra.layers.target import local
from infra.plan import PlannedFunction, plan

PLANNED = plan().functions


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``layers/NAME`` and ``functions/NAME`` as the cloud would lay them out."""
    target, folder = local(), tmp_path_factory.mktemp("artifacts")
    folders = {
        "layers/domain": build.build_domain(target),
        "layers/runtime": build.build_runtime(target),
        "layers/pdf": build.build_pdf(target, with_natives=True),
    }
    staged = artifacts.stage(target, tuple(each.function for each in PLANNED), into=folder / "staged")
    folders |= {f"functions/{name}": path for name, path in staged.items()}
    for place, source in folders.items():
        packed = artifacts.archive(source.name, source, folder / "zips")
        with zipfile.ZipFile(packed.path) as archive:
            archive.extractall(folder / place)
    return folder


class TestFunctions:
    @pytest.mark.parametrize("planned", PLANNED, ids=[each.function.name for each in PLANNED])
    def test_start_from_their_own_zips(self, planned: PlannedFunction, unpacked: Path) -> None:
        layers = [unpacked / "layers" / name for name in planned.layers]
        paths = [unpacked / "functions" / planned.function.name, *(layer / "python" for layer in layers)]

        loaded = coldstart.probe(paths, [planned.function.module], unpacked / "layers" / "pdf" / "lib")

        assert loaded["cpu_ms"] > 0

    def test_carry_no_other_function(self, unpacked: Path) -> None:
        for planned in PLANNED:
            handlers = list((unpacked / "functions" / planned.function.name).rglob("handler.py"))
            assert [each.parent.name for each in handlers] == [planned.function.leaf]


class TestBytecode:
    @pytest.mark.parametrize("part", ["layers/domain", "layers/runtime", "layers/pdf", "functions"])
    def test_is_checked_against_nothing(self, part: str, unpacked: Path) -> None:
        compiled = list((unpacked / part).rglob("*.pyc"))

        assert compiled
        # PEP 552: the second word is 1 for a hash that nobody checks.
        assert {path.read_bytes()[4:8] for path in compiled} == {b"\x01\0\0\0"}


class TestArchives:
    def test_of_the_same_content_are_the_same_bytes(self, tmp_path: Path) -> None:
        source = tmp_path / "source"
        source.mkdir()
        (source / "a.py").write_text("x = 1\n", "utf-8")
        first = artifacts.archive("one", source, tmp_path).key
        (source / "a.py").touch()

        assert artifacts.archive("one", source, tmp_path).key == first
