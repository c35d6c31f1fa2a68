"""docs/ledger.md names every flow with its function and its test."""

import re

import pytest

from infra.discovery import ROOT
from shared.ledger import flows, refund_flows
from shared.ledger.posting import Kind

ROWS = [
    [cell.strip(" `") for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "ledger.md").read_text("utf-8").splitlines()
    if re.fullmatch(r"\|.*(\| `\w+` ){3}\|", line)
]
TESTS = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "shared").rglob("test_*.py"))


class TestTheTableOfFlows:
    def test_has_every_kind(self) -> None:
        assert {row[-3] for row in ROWS} == set(Kind)

    @pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
    def test_names_functions_and_tests_that_are_there(self, row: list[str]) -> None:
        name, test = row[-2:]

        assert name == "reverse" or hasattr(flows, name) or hasattr(refund_flows, name)
        assert f"def {test}(" in TESTS
