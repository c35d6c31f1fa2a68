"""What a module imports, and what that imports: first-party modules only, read from the source."""

import ast
from functools import cache
from pathlib import Path
from typing import Final

_FIRST_PARTY: Final = ("functions", "shared")


def reachable(root: Path, module: str) -> frozenset[str]:
    """``module`` and every first-party module it can load, packages on the way included."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting.extend(_imports(root, name))
    return frozenset(seen)


def source(root: Path, module: str) -> Path | None:
    """The file of a module or package; None for what is not first-party."""
    if module.split(".", 1)[0] not in _FIRST_PARTY:
        return None
    path = root.joinpath(*module.split("."))
    if (path / "__init__.py").is_file():
        return path / "__init__.py"
    as_module = path.with_suffix(".py")
    return as_module if as_module.is_file() else None


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=path.name)


@cache
def _imports(root: Path, module: str) -> frozenset[str]:
    path = source(root, module)
    if path is None:
        return frozenset()
    named: set[str] = set()
    for node in _run_time_nodes(tree(path)):
        if isinstance(node, ast.Import):
            named.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named.add(node.module)
            named.update(f"{node.module}.{alias.name}" for alias in node.names)
    parents = {
        name.rsplit(".", depth)[0] for name in {*named, module} for depth in range(1, name.count(".") + 1)
    }
    return frozenset(name for name in named | parents if source(root, name) is not None)


def _run_time_nodes(module: ast.Module) -> list[ast.AST]:
    """Every node but those under ``if TYPE_CHECKING``; imports inside functions count: they run some day."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting.extend(node.orelse)
            continue
        found.append(node)
        waiting.extend(ast.iter_child_nodes(node))
    return found
