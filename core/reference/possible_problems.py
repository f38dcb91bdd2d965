"""Which problems reading a format may report, found in the code, where a code stands as it is reported.

From the adapter's module on, every function is followed whose name is used, through the modules of boxwright
that are imported. Functions of one name are not told apart: a code too many may be found, but none too few.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from inspect import getsource

from boxwright.core.problems import RULES

PACKAGE = "boxwright.core."
# It lists all codes, and reports none.
CODES = "boxwright.core.problems"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def possible_problems(module: str) -> tuple[str, ...]:
    """The codes that reading with this adapter's module may report, in the order of the closed list."""
    functions = _by_name(_followed(module))
    waiting: list[ast.AST] = [_tree(module)]
    found: set[str] = set()  # other texts, too
    seen: set[str] = set()
    while waiting:
        names: set[str] = set()
        for node in ast.walk(waiting.pop()):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            names |= {name} if (name := _name(node)) else set()
        for name in names - seen:
            waiting += functions.get(name, [])
        seen |= names
    return tuple(code for code in RULES if code in found)


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(getsource(import_module(module)))


def _followed(module: str) -> Iterator[str]:
    """The modules of boxwright that one imports, and those that these import."""
    waiting, seen = [module], {module, CODES}
    while waiting:
        for name in set(_imported(_tree(waiting.pop()))) - seen:
            seen.add(name)
            waiting.append(name)
            yield name


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and f"{node.module}.".startswith(PACKAGE):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if _is_module(node, alias))


def _is_module(node: ast.ImportFrom, alias: ast.alias) -> bool:
    """Whether `from boxwright.core.layout import split_lists` takes a module."""
    try:
        import_module(f"{node.module}.{alias.name}")
    except ModuleNotFoundError:
        return False
    return True


def _by_name(modules: Iterable[str]) -> Mapping[str, list[ast.AST]]:
    """The functions and methods of modules by name; those that make a value are found by its class, too."""
    functions: dict[str, list[ast.AST]] = {}
    for module in modules:
        for node in ast.walk(_tree(module)):
            if isinstance(node, Function):
                functions.setdefault(node.name, []).append(node)
            if isinstance(node, ast.ClassDef):
                functions.setdefault(node.name, []).extend(_makers(node))
    return functions


def _makers(node: ast.ClassDef) -> list[ast.AST]:
    names = ("__init__", "__post_init__", "__iter__", "__call__", "__enter__", "__exit__", "__getitem__")
    return [child for child in node.body if isinstance(child, Function) and child.name in names]


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None
