"""The real zips, unpacked: each function starts with nothing else at hand than its own folder and its layers,
and loads no heavy package that it wasn't allowed.
"""

import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from infra import artifacts
from infra.bench import coldstart
from infra.discovery import Kind
from infra.layers import build
from infra.layers.target import local
from infra.plan import PlannedFunction, plan

PLANNED: Final = plan().functions

#: Packages whose import a function feels; bcrypt, at one millisecond, isn't one.
HEAVY: Final = frozenset(
    {
        "boto3", "botocore", "cryptography", "fontTools", "jinja2", "jwt", "lxml", "netaddr", "num2words",
        "petrovich", "pg8000", "phonenumbers", "PIL", "pikepdf", "pydantic", "requests", "segno", "sqlalchemy",
        "stdnum", "weasyprint", "yookassa",
    }
)  # fmt: skip
DATABASE: Final = frozenset({"sqlalchemy", "pg8000"})

ALLOWED_BY_KIND: Final = {
    Kind.HTTP: DATABASE | {"pydantic", "jwt", "cryptography"},
    Kind.WEBHOOK: frozenset[str](),
    Kind.QUEUE: DATABASE | {"cryptography"},
    Kind.SCHEDULE: DATABASE | {"cryptography"},
    Kind.OPERATION: DATABASE | {"pydantic", "cryptography"},
}
BANK: Final = frozenset({"yookassa", "requests", "netaddr"})
ALLOWED_BESIDE: Final = {
    "deals.steps_divide": BANK,
    "operator.reconciliation_run": BANK,
    "payments.intents_cancel": BANK,
    "payments.intents_create": BANK,
    "payments.intents_qr": frozenset({"segno"}),
    "payments.intents_reissue": BANK,
    "payments.pay_read": frozenset({"segno"}),
    "queues.bank_events": BANK | {"pydantic"},
    "queues.sms_events": frozenset({"pydantic"}),
    "queues.render": frozenset(
        {
            "boto3",
            "botocore",
            "fontTools",
            "jinja2",
            "lxml",
            "num2words",
            "petrovich",
            "PIL",
            "pikepdf",
            "segno",
        }
    )
    | {"weasyprint"},
    "schedules.audit_seal": frozenset({"boto3", "botocore"}),
    "schedules.intents_poll": BANK,
    "schedules.ledger_reconcile": BANK,
    "schedules.payouts_send": BANK,
    "schedules.kkt_receipts": BANK,
    "schedules.refunds_send": BANK,
    "schedules.receipts_issue": frozenset({"lxml", "requests"}),
}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``layers/NAME`` and ``functions/NAME`` as the cloud would lay them out."""
    target, folder = local(), tmp_path_factory.mktemp("artifacts")
    folders = {
        "layers/domain": build.build_domain(target),
        "layers/runtime": build.build_runtime(target),
        "layers/pdf": build.build_pdf(target, with_natives=True),
    }
    staged = artifacts.stage(target, tuple(each.function for each in PLANNED), folder / "staged")
    folders |= {f"functions/{name}": path for name, path in staged.items()}
    for place, source in folders.items():
        packed = artifacts.archive(source.name, source, folder / "zips")
        with zipfile.ZipFile(packed.path) as archive:
            archive.extractall(folder / place)
    return folder


@pytest.fixture(scope="module", params=PLANNED, ids=[each.function.name for each in PLANNED])
def started(request: pytest.FixtureRequest, unpacked: Path) -> tuple[PlannedFunction, dict[str, Any]]:
    """Each function, started once: what ``coldstart.probe`` measured."""
    planned: PlannedFunction = request.param
    layers = [unpacked / "layers" / name / "python" for name in planned.layers]
    paths = [unpacked / "functions" / planned.function.name, *layers]
    return planned, coldstart.probe(paths, [planned.function.module], unpacked / "layers/pdf/lib")


class TestFunctions:
    def test_start_from_their_own_zips(self, started: tuple[PlannedFunction, dict[str, Any]]) -> None:
        planned, loaded = started

        assert planned.function.module in loaded["own"]

    def test_load_only_the_heavy_packages_they_are_allowed(
        self, started: tuple[PlannedFunction, dict[str, Any]]
    ) -> None:
        planned, loaded = started
        heavy = HEAVY & {name.split(".")[0] for name in loaded["foreign"]}
        function = planned.function
        allowed = ALLOWED_BY_KIND[function.kind] | ALLOWED_BESIDE.get(function.name, frozenset())

        assert heavy - allowed == set()

    def test_carry_no_other_function(self, unpacked: Path) -> None:
        for planned in PLANNED:
            handlers = list((unpacked / "functions" / planned.function.name).rglob("handler.py"))
            assert [each.parent.name for each in handlers] == [planned.function.leaf]

    @pytest.mark.parametrize("part", ["layers/domain", "layers/runtime", "layers/pdf", "functions"])
    def test_come_with_bytecode_that_is_checked_against_nothing(self, part: str, unpacked: Path) -> None:
        compiled = list((unpacked / part).rglob("*.pyc"))

        assert compiled
        # PEP 552: the second word is 1 for a hash that nobody checks.
        assert {path.read_bytes()[4:8] for path in compiled} == {b"\x01\0\0\0"}


class TestAllowances:
    def test_keep_the_rules_of_the_design(self) -> None:
        """No database in webhooks, WeasyPrint in one function, no AWS SDK on a database-bound request path."""
        kinds = {each.function.name: each.function.kind for each in PLANNED}
        for name, extra in ALLOWED_BESIDE.items():
            if kinds[name] is Kind.HTTP:
                assert not extra & {"boto3", "botocore", "weasyprint"}
            assert kinds[name] is not Kind.WEBHOOK
        assert not ALLOWED_BY_KIND[Kind.WEBHOOK]
        assert [name for name, extra in ALLOWED_BESIDE.items() if "weasyprint" in extra] == ["queues.render"]
