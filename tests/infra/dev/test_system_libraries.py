import os
from pathlib import Path

import pytest

from infra.dev import system_libraries
from infra.dev.console import DevError
from infra.dev.system_libraries import NEEDS, Need
from shared.config import pdf


class TestSystemLibraries:
    def test_this_machine_has_what_weasyprint_needs(self) -> None:
        assert [need.package for need in NEEDS if not need.is_met()] == []

    def test_a_library_that_is_not_there_is_missed(self) -> None:
        assert not system_libraries._has_library("no-such", "libno-such-library.so.0")

    def test_a_folder_without_the_fonts_is_missed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOUSLER_FONTS_DIR", str(tmp_path))
        pdf.load.cache_clear()

        assert not system_libraries._has_fonts()

    def test_where_there_is_no_apt_the_packages_are_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(DevError, match=r"Debian packs as libone libtwo"):
            system_libraries.ensure((Need("libone", lambda: False), Need("libtwo", lambda: False)))

    def test_for_an_ordinary_user_the_command_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "apt-get").touch(mode=0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

        told = system_libraries.instruction(["libone", "libtwo"])

        assert told.endswith("as root run: apt-get update && apt-get install -y libone libtwo")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root installs")
    def test_root_installs_and_looks_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        came = tmp_path / "came"
        apt = tmp_path / "apt-get"
        apt.write_text(f'#!/bin/sh\ncase "$*" in *"install -y"*"libone") : > "{came}";; esac\n')
        apt.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

        system_libraries.ensure((Need("libone", came.exists),))

        assert came.exists()
