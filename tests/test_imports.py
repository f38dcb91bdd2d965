"""Who may import whom: the import graph is a DAG, and what is slow to import waits until it is needed."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

Graph = dict[str, set[str]]

# Each costs a good part of a second or more.
HEAVY = {"PIL", "lxml", "numpy", "pycocotools", "scipy", "tensorflow"}


@pytest.fixture(scope="session")
def graph(modules: dict[str, Path]) -> Graph:
    """What each module imports, at its top or in a function, as full names."""
    return {name: {_owner(target, modules) for target in _targets(path)} for name, path in modules.items()}


def test_no_module_imports_itself_through_others(graph: Graph):
    graphlib.TopologicalSorter(graph).prepare()  # raises a CycleError that names the cycle


def test_core_knows_no_adapter(graph: Graph):
    assert _edges(graph, "boxwright.core", {"boxwright.adapters"}) == []


def test_an_adapter_knows_neither_another_nor_what_it_feeds(graph: Graph):
    others = {"boxwright.adapters", "boxwright.core.detector", "boxwright.core.tfrecord"}
    assert _edges(graph, "boxwright.adapters", others) == []


def test_only_the_detector_imports_tensorflow(graph: Graph):
    assert [edge for edge in _edges(graph, "boxwright", {"tensorflow"}) if not _detector(edge)] == []


def test_only_one_module_imports_tf_slim(graph: Graph):
    importers = {importer for importer, _ in _edges(graph, "boxwright", {"tf_slim"})}
    assert importers <= {"boxwright.core.detector.slim"}


@pytest.mark.parametrize("module", ["boxwright", "boxwright.cli"])
def test_starting_imports_nothing_heavy(module: str, tmp_path: Path):
    script = f"import sys, {module}; print(*sys.modules)"
    # Not from the root, where a second copy of every subpackage can be imported.
    python = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert HEAVY & set(python.stdout.split()) == set()


def test_windows_is_told_where_to_go(tmp_path: Path):
    script = "import sys; sys.modules['fcntl'] = None; import boxwright"  # a module that is not there
    python = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert "ImportError: boxwright needs Linux or macOS; on Windows, install it inside WSL 2" in python.stderr


def _targets(path: Path) -> set[str]:
    targets = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), path)):
        if isinstance(node, ast.Import):
            targets |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            targets |= {f"{node.module}.{alias.name}" for alias in node.names}
    return targets


def _owner(target: str, modules: Iterable[str]) -> str:
    """The module that holds a name: `boxwright.core.schema` for `boxwright.core.schema.Box`."""
    parts = target.split(".")
    prefixes = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((prefix for prefix in prefixes if prefix in modules), target)


def _edges(graph: Graph, below: str, targets: set[str]) -> list[tuple[str, str]]:
    """The imports, by `below` and what is in it, of the targets and what is in them."""
    edges = [(name, imported) for name in sorted(graph) for imported in sorted(graph[name])]
    return [(a, b) for a, b in edges if _within(a, below) and any(_within(b, target) for target in targets)]


def _detector(edge: tuple[str, str]) -> bool:
    return _within(edge[0], "boxwright.core.detector")


def _within(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")
