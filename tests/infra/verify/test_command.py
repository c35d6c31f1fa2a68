import json
import os
import subprocess
import sys
from pathlib import Path

from infra.dev import places
from tests.builders.cloud import Cloud, running_cloud
from tests.conftest import TestDatabase


def verify(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- the interpreter that runs this test
        [sys.executable, "-m", "infra.verify", *words],
        cwd=places.ROOT,
        env={**{name: each for name, each in os.environ.items() if name != "DATABASE_URL"}, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def settings_of(cloud: Cloud) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "S3_BUCKET_DOCUMENTS": "documents",
    }


class TestTheCommand:
    def test_verifies_the_database_and_bucket_that_the_environment_names(
        self, database: TestDatabase
    ) -> None:
        with running_cloud() as cloud:
            cloud.empty("audit")
            done = verify("audit", "--json", DATABASE_URL=database.app_url, **settings_of(cloud))

        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["ok"] is True

    def test_says_what_to_start_when_there_is_nothing(self, tmp_path: Path) -> None:
        done = verify("audit", HOUSLER_DATA=str(tmp_path))

        assert (done.returncode, done.stderr) == (
            2,
            "Start the stack by ./dev up, or name a database in DATABASE_URL.\n",
        )

    def test_says_what_it_can_verify(self) -> None:
        done = verify("everything")

        assert (done.returncode, done.stderr) == (2, "Say which: ./dev verify audit [--json]\n")
