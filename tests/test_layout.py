"""The traps of a repository whose root is the package, each with its guard."""

import ast
import configparser
import importlib
import inspect
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# Names that say nothing about what is inside.
NAMELESS = {"base", "common", "helpers", "utils"}
# From the root, these would import a second copy of boxwright.core and so on.
SECOND_COPIES = {"adapters", "cli", "core"}
OF_EVERY_ADAPTER = {Path("fuzz")}  # these tests mirror no folder of the package


@pytest.fixture(scope="session")
def packages(modules: dict[str, Path]) -> dict[str, Path]:
    """The packages by name, each with its __init__.py."""
    return {name: path for name, path in modules.items() if path.name == "__init__.py"}


def test_the_root_init_only_re_exports(root: Path):
    docstring, *rest = _parse(root / "__init__.py").body
    assert isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)
    assert [ast.unparse(statement) for statement in rest if not _re_exports(statement)] == []


def test_the_root_holds_no_other_module_than_cli(root: Path):
    assert {path.name for path in root.glob("*.py")} == {"__init__.py", "cli.py"}


def test_every_folder_with_modules_is_a_package(modules: dict[str, Path]):
    assert [f for f in {path.parent for path in modules.values()} if not (f / "__init__.py").is_file()] == []


def test_setup_cfg_lists_the_packages_on_disk(root: Path, packages: dict[str, Path]):
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(root / "setup.cfg")
    assert setup["options"]["packages"].split() == sorted(packages)


def test_a_wheel_holds_the_modules_on_disk(root: Path, modules: dict[str, Path], tmp_path: Path):
    source = tmp_path / "source"  # the build leaves files beside the sources
    shutil.copytree(root, source, ignore=shutil.ignore_patterns(".*", "build", "dist", "*.egg-info"))
    build = "from setuptools.build_meta import build_wheel; build_wheel('..')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    [wheel] = tmp_path.glob("boxwright-*.whl")
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    template = (path for path in (root / "core").glob("*/template/**/*") if path.is_file())
    data = [root / "py.typed", *root.glob("configs/*.config"), *template]
    assert inside == {f"boxwright/{path.relative_to(root).as_posix()}" for path in (*modules.values(), *data)}


def test_the_package_is_imported_by_its_full_name(root: Path, modules: dict[str, Path]):
    files = [*modules.values(), *root.glob("tests/**/*.py")]
    assert [path for path in files if SECOND_COPIES & {_top(name) for name in _imported(path)}] == []


def test_test_folders_mirror_the_package(root: Path):
    tests = root / "tests"
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")} - OF_EVERY_ADAPTER
    assert [f for f in folders if not (root / f / "__init__.py").is_file()] == []


def test_a_module_is_named_after_the_thing_in_it(root: Path, modules: dict[str, Path]):
    files = [*modules.values(), *root.glob("tests/**/*.py")]
    assert [path for path in files if path.stem.removeprefix("test_") in NAMELESS] == []
    assert [path for path in modules.values() if path.parent.name in NAMELESS] == []


def test_only_a_package_has_all(modules: dict[str, Path], packages: dict[str, Path]):
    rest = set(modules) - set(packages)
    assert [name for name in rest if "__all__" in _assigned(modules[name])] == []


def test_all_lists_what_a_package_offers(packages: dict[str, Path]):
    for name, path in packages.items():
        exported = getattr(importlib.import_module(name), "__all__", [])
        assert sorted(exported) == sorted(_offered(path)), name


def test_what_a_package_offers_is_described(packages: dict[str, Path]):
    for name in packages:
        package = importlib.import_module(name)
        things = {export: getattr(package, export) for export in getattr(package, "__all__", [])}
        assert [export for export, thing in things.items() if not _described(thing)] == [], name


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), path)


def _re_exports(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return {ast.unparse(target) for target in statement.targets} <= {"__all__", "__version__"}
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def _top(module: str) -> str:
    return module.lstrip(".").partition(".")[0]


def _assigned(path: Path) -> set[str]:
    assignments = (node for node in _parse(path).body if isinstance(node, ast.Assign))
    return {ast.unparse(target) for node in assignments for target in node.targets}


def _offered(path: Path) -> set[str]:
    """The public names that a package's __init__.py binds, and its version."""
    tree = _parse(path).body
    imports = [node for node in tree if isinstance(node, ast.Import | ast.ImportFrom)]
    bound = {alias.asname or _top(alias.name) for node in imports for alias in node.names}
    defined = {node.name for node in tree if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    public = {name for name in bound | defined | _assigned(path) if not name.startswith("_")}
    return public | ({"__version__"} & (bound | _assigned(path)))


def _described(thing: object) -> bool:
    """A dataclass without a docstring is given its signature for one, which says nothing."""
    if not (inspect.isclass(thing) or inspect.isroutine(thing)):
        return True
    return not (thing.__doc__ or f"{thing.__name__}(").startswith(f"{thing.__name__}(")
