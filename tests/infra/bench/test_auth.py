import json
import subprocess
import sys

from infra.dev import places


class TestTheBenchOfAuthentication:
    def test_counts_two_round_trips_and_weighs_the_request_against_its_queries(self) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "infra.bench.auth", "--json", "--rounds", "20"],
            cwd=places.ROOT,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

        assert run.returncode == 0, run.stderr
        found = json.loads(run.stdout.splitlines()[-1])
        assert found["round_trips"] == 2
        assert found["ratio"] > 1
