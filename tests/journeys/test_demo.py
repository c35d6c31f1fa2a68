"""``python -m infra.demo``: what a newcomer sees, and what a program reads from its last line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.dev import places
from tests.journeys.papers import read_paper
from tests.stack import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


def _run(stack: RunningStack, folder: Path, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
    with places.locked(stack.folder / "journeys.lock"):
        return subprocess.run(  # noqa: S603 -- the launcher's own command
            [sys.executable, "-m", "infra.demo", *words],
            cwd=places.ROOT,
            env={**stack.env, "DEMO_OUTPUT_DIR": str(folder), **changed},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


class TestDemo:
    def test_ends_with_one_json_object(self, stack: RunningStack, tmp_path: Path) -> None:
        ended = _run(stack, tmp_path, "--json")
        assert (ended.returncode, ended.stderr) == (0, "")
        report = json.loads(ended.stdout.splitlines()[-1])

        assert report.keys() == {
            "deal_id", "document_sha256", "pdf_path", "payment_id", "gross_kopecks", "splits", "ledger", "payouts",
            "receipt", "refund", "functions_deployed", "elapsed_seconds",
        }  # fmt: skip
        assert report["splits"] == {
            "vat": 54_098_36,
            "platform": 6_000_00,
            "agency": 71_970_49,
            "agent": 167_931_15,
        }
        assert report["ledger"]["debits_kopecks"] == report["ledger"]["credits_kopecks"]
        assert [(each["owner"], each["status"]) for each in report["payouts"]] == [
            ("agent", "succeeded"),
            ("agency", "planned"),
        ]
        assert report["receipt"]["status"] == "delivered"
        refund = report["refund"]
        assert (refund["status"], sum(refund["parts"].values())) == ("succeeded", refund["amount_kopecks"])
        assert set(refund["parts"]) == set(report["splits"])
        assert report["functions_deployed"] >= 40
        paper = read_paper(Path(report["pdf_path"]))
        assert paper.attachments == {"signed.pdf": report["document_sha256"]}

    def test_ends_with_a_sentence_when_a_step_did_not_happen(
        self, stack: RunningStack, tmp_path: Path
    ) -> None:
        ended = _run(stack, tmp_path, SEED_ADMIN_PASSWORD="not the password")

        assert ended.returncode == 1
        assert "Демонстрация не дошла до конца." in ended.stderr
        assert "Неверный e-mail или пароль." in ended.stderr
        assert "Traceback" not in ended.stderr
