import json
import subprocess
import sys

import pytest

from infra.dev import places
from tests.stack import RunningStack


@pytest.mark.stack
class TestADeployedStack:
    def test_chains_seals_and_verifies_its_audit_log(self, stack: RunningStack) -> None:
        """The bucket's name is the deployed stack's; the function may write there what the command reads."""
        stack.invoke("schedules.audit_seal")

        done = subprocess.run(
            [sys.executable, "-m", "infra.verify", "audit", "--json"],
            cwd=places.ROOT,
            env=dict(stack.env),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout.splitlines()[-1])
        assert (told["ok"], told["findings"]) == (True, [])
        assert told["lines"] > 0
        assert told["seals"] > 0
