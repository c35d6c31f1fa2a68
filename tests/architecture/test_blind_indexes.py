"""Finding by a blind index works while index keys are rotated: written with one key, read with all."""

import ast
from typing import Final

from infra.discovery import ROOT

_HOW: Final = "compare with what vault.indexes_of answers: Table.column_index.in_(…), or … in indexes"


def compared_by_equality(tree: ast.AST) -> list[int]:
    """Lines where the index of one key is compared with ``==`` or ``!=``."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
        and any(_is_index(each) for each in (node.left, *node.comparators))
    ]


def _is_index(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).endswith("index_of")
    return isinstance(node, ast.Attribute) and node.attr.endswith("_index")


class TestALookup:
    def test_never_asks_for_the_index_of_one_key(self) -> None:
        found = [
            f"{path.relative_to(ROOT)}:{line}"
            for folder in ("shared", "functions")
            for path in sorted((ROOT / folder).rglob("*.py"))
            for line in compared_by_equality(ast.parse(path.read_bytes()))
        ]

        assert found == [], _HOW

    def test_is_seen_in_every_form(self) -> None:
        wrong = (
            "select(U).where(U.phone_index == index)",
            "row.inn_index != other.inn_index",
            "U.email_index == vault.index_of('email', e)",
            "x == index_of('inn', i)",
        )

        assert all(compared_by_equality(ast.parse(each)) for each in wrong)
        assert not compared_by_equality(ast.parse("U.phone_index.in_(vault.indexes_of('phone', p))"))
