import json

import pytest

from infra.bench import crypto


class TestTheBench:
    def test_ends_with_its_figures(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert crypto.main(["--json", "--seconds", "0.02"]) == 0

        figures = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert figures.keys() == {"fields_per_s", "key_service_calls"}
        assert figures["fields_per_s"] >= 20_000
        assert figures["key_service_calls"] == 1
