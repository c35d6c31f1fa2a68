"""What changes something writes a line in the audit log: no use case forgets."""

import ast
from pathlib import Path
from typing import Final

import pytest

from infra.discovery import ROOT

#: Packages that keep no business of their own, and why their changes have no lines.
BENEATH: Final = {
    "audit": "the log itself",
    "idempotency": "answers kept for a repeat; the request that they answer has its line",
    "inbox": "a provider's message taken; what it changed has its line",
    "limits": "counters",
    "outbox": "work asked for and done; who asks and what is done have their lines",
    "tasks": "a task is a record of its own, opened beside a change that has its line",
    "vault": "keys; who creates or erases a person has his line",
    "db": "no business",
}
EXCEPTIONS: Final = {
    "shared/auth/codes.py": "a code is a record of its own; what it confirms has its line",
    "shared/desk/failures.py": "a worker's note on a message, which changes nothing of anybody's",
    "shared/deals/lifecycle.py": "the rule alone: deals are moved by shared/deals/moving.py",
    "shared/documents/events.py": "the document's own chain, beside the line",
    "shared/documents/templates.py": "a release brings its templates; their rows name files and never change",
    "shared/payments/booking.py": "the statement alone: who credits a payment writes its lines",
    "shared/payments/fiscal_data.py": "the intent that the receipt travels with has its line",
    "shared/privacy/shredding.py": "steps of the erasure, which has its line",
    "shared/receipts/issuing.py": "a message sent to the tax service; the receipt's states have their lines",
    "shared/receipts/kkt_writing.py": "the statement alone: who plans a receipt writes its line",
}
_OF_A_SESSION: Final = {"add", "add_all", "delete", "merge"}
_STATEMENTS: Final = {"insert", "update", "delete"}
#: How a line is written: at once, or by what writes a line about one kind of thing.
_RECORDERS: Final = {
    "audit.record",
    "record_change",
    "binding.record_change",
    "moving.move",
    "trail.move",
    "trail.record_request",
}


def use_cases() -> list[Path]:
    modules = sorted((ROOT / "shared").rglob("*.py"))
    return [path for path in modules if path.relative_to(ROOT).parts[1] not in BENEATH]


def called(call: ast.Call) -> str:
    """``insert``, ``session.add``, ``audit.record``"""
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        return f"{call.func.value.id}.{call.func.attr}"
    return call.func.id if isinstance(call.func, ast.Name) else ""


def changes(tree: ast.Module) -> bool:
    """Rows are added, removed or updated, or something gets another status."""
    calls = {called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assigned = [
        target
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for each in node.targets
        for target in ast.walk(each)
    ]
    return bool(calls & (_STATEMENTS | {f"session.{name}" for name in _OF_A_SESSION})) or any(
        isinstance(target, ast.Attribute) and target.attr == "status" for target in assigned
    )


def records(tree: ast.Module) -> bool:
    return any(called(node) in _RECORDERS for node in ast.walk(tree) if isinstance(node, ast.Call))


class TestAUseCase:
    @pytest.mark.parametrize("path", use_cases(), ids=lambda path: path.relative_to(ROOT).as_posix())
    def test_that_changes_something_writes_it_down(self, path: Path) -> None:
        tree = ast.parse(path.read_bytes())
        silent = changes(tree) and not records(tree)

        assert silent == (path.relative_to(ROOT).as_posix() in EXCEPTIONS)

    def test_is_excused_only_where_it_exists(self) -> None:
        assert set(EXCEPTIONS) <= {path.relative_to(ROOT).as_posix() for path in use_cases()}

    @pytest.mark.parametrize(
        "source",
        [
            "session.add(Deal())",
            "session.execute(update(Deal))",
            "deal.status = CLOSED",
            "before, deal.status = deal.status, CLOSED",
        ],
    )
    def test_is_seen_to_change_something(self, source: str) -> None:
        assert changes(ast.parse(source))
        assert not records(ast.parse(source))
        assert records(ast.parse(f"{source}\naudit.record(session)"))

    def test_that_only_reads_is_left_alone(self) -> None:
        assert not changes(ast.parse("deal = session.scalars(select(Deal)).one()\nstatus = deal.status"))
