from pathlib import Path

from infra import artifacts


class TestArchives:
    def test_of_the_same_content_are_the_same_bytes(self, tmp_path: Path) -> None:
        source = tmp_path / "source"
        source.mkdir()
        (source / "a.py").write_text("x = 1\n", "utf-8")
        first = artifacts.archive("one", source, tmp_path).key
        (source / "a.py").touch()

        assert artifacts.archive("one", source, tmp_path).key == first
