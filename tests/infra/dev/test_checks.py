import pytest

from infra.dev import checks
from infra.dev.checks import Check
from infra.dev.console import DevError

_GOOD = Check("good", "tests", ("python", "-c", "print('all is well')"))
_BAD = Check("bad", "tests", ("python", "-c", "print('what is wrong'); raise SystemExit(1)"))


class TestChecks:
    def test_one_failure_fails_the_run_but_stops_no_other(self, capsys: pytest.CaptureFixture[str]) -> None:
        code = checks.run([], [_BAD, _GOOD])

        told = capsys.readouterr().out
        assert code == 1
        assert "FAILED  bad" in told
        assert "passed  good" in told
        assert "what is wrong" in told
        assert "all is well" not in told

    def test_all_good_passes(self) -> None:
        assert checks.run([], [_GOOD]) == 0

    def test_runs_only_the_named(self) -> None:
        assert checks.run(["good"], [_BAD, _GOOD]) == 0

    def test_refuses_a_name_it_does_not_know(self) -> None:
        with pytest.raises(DevError, match="there are bad, good"):
            checks.run(["better"], [_BAD, _GOOD])
