"""The cloud's build of the layers, and the local form that only points at a folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.layers import build, elf, natives
from infra.layers.target import MAX_GLIBC, cloud, local

LIMIT_BYTES = 250 * 1024 * 1024


@pytest.fixture(scope="module")
def layers() -> dict[str, Path]:
    target = cloud()
    return {
        "domain": build.build_domain(target),
        "runtime": build.build_runtime(target),
        "pdf": build.build_pdf(target, with_natives=True),
    }


def files(folders: dict[str, Path]) -> list[Path]:
    return [path for folder in folders.values() for path in folder.rglob("*") if path.is_file()]


class TestCloudBuild:
    def test_fits_a_function(self, layers: dict[str, Path]) -> None:
        assert sum(path.stat().st_size for path in files(layers)) <= LIMIT_BYTES

    def test_asks_for_no_newer_glibc_than_the_cloud_has(self, layers: dict[str, Path]) -> None:
        asked = {path.name: elf.newest_glibc(path) for path in files(layers) if ".so" in path.name}

        assert len(asked) > 50
        assert {name: version for name, version in asked.items() if version > MAX_GLIBC} == {}

    def test_is_for_the_clouds_python(self, layers: dict[str, Path]) -> None:
        extensions = [
            path.name for path in files(layers) if ".cpython-" in path.name and path.suffix == ".so"
        ]

        assert extensions
        assert all(".cpython-313-x86_64" in name for name in extensions)

    def test_leaves_out_what_no_function_loads(self, layers: dict[str, Path]) -> None:
        runtime = layers["runtime"] / "python"
        services = {each.name for each in (runtime / "botocore/data").iterdir() if each.is_dir()}

        assert services == {"s3", "sqs"}
        assert not [name for name in ("pip", "setuptools", "wheel") if (runtime / name).exists()]

    def test_carries_libraries_fonts_and_licences(self, layers: dict[str, Path]) -> None:
        pdf = layers["pdf"]

        assert (pdf / "lib/libharfbuzz-subset.so.0").is_file()
        assert (pdf / "fonts/paratype/PTF55F.ttf").is_file()
        assert {each.name for each in (pdf / "licences").iterdir()} >= {"libpango-1.0-0", "fonts-paratype"}
        assert len(natives.PACKAGES) == 20


class TestMending:
    def test_refuses_a_library_built_otherwise(self, layers: dict[str, Path], tmp_path: Path) -> None:
        library = tmp_path / "libexpat.so.1"
        library.write_bytes((layers["pdf"] / "lib/libexpat.so.1").read_bytes())

        with pytest.raises(ValueError, match="libexpat"):
            elf.ask_older_glibc(
                library,
                symbol="arc4random_buf",
                wanted="GLIBC_2.36",
                substitute="getentropy",
                older="GLIBC_2.25",
            )

    def test_leaves_text_files_alone(self, tmp_path: Path) -> None:
        script = tmp_path / "x.so"
        script.write_text("not a library", "utf-8")

        assert elf.newest_glibc(script) == ()


class TestPointer:
    def test_puts_the_built_folder_before_everything_else(self) -> None:
        target = local()
        runtime = build.build_runtime(target)
        pointer = build.pointing_at(target, runtime)
        (site,) = (pointer / "python/lib").glob("*/site-packages")
        code = f"import site, sys; site.addsitedir({str(site)!r}); print(sys.path[0])"

        said = subprocess.run(  # noqa: S603 -- our own interpreter
            [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=30
        )

        assert said.stdout.strip() == str(runtime / "python")
