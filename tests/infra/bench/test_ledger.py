import json
import subprocess
import sys

from infra.dev import places


class TestTheBenchOfTheLedger:
    def test_weighs_postings_against_tpcb_and_readings_against_one_by_key(self) -> None:
        run = subprocess.run(  # noqa: S603 -- the interpreter that runs this test
            [
                *[sys.executable, "-m", "infra.bench.ledger", "--json", "--rounds", "1", "--seconds", "1"],
                *["--entries", "2000", "--scale", "1"],
            ],
            cwd=places.ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

        assert run.returncode == 0, run.stderr
        found = json.loads(run.stdout.splitlines()[-1])
        assert set(found) == {
            "tpcb_tps", "posting_ratio", "split_ratio", "python_ratio", "batch_ratio", "statement_ratio",
            "bytes_per_transaction",
        }  # fmt: skip
        assert min(found.values()) > 0
        assert found["batch_ratio"] > found["python_ratio"]
