"""The page of the public Python API, made from the code: signatures as they are written, and docstrings."""

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from textwrap import dedent, indent

import boxwright
from boxwright.core.reference.docstring import as_markdown

GROUPS: Mapping[str, Sequence[str]] = {
    "Read, write, convert": ("read", "write", "convert", "inspect", "Transforms"),
    "The schema": ("Dataset", "ImageRecord", "Box", "Cuboid", "ImageFile", "Info"),
    "What comes back": ("Report", "Problem"),
    "Errors": ("BoxwrightError", "AnnotationError", "OptionError", "WriteError"),
    "Write an adapter": (
        *("Adapter", "Source", "Options", "reads", "writes", "ReadContext", "Frame", "WriteContext"),
        *("reading", "hookimpl"),
    ),
}

INTRODUCTION = """\
# Python

All that is public is in `boxwright` itself: `boxwright.read`, `boxwright.Box` and so on. Everything else may
change from one version to the next. Boxes are on [one frame](../explanation/coordinates.md) everywhere.
"""

# It is a value that pluggy makes, so that it has no docstring.
HOOKIMPL = """\
Marks the function with which a module offers its adapters: `register_adapters() -> list[Adapter]`. See
[Your own format in fifteen minutes](../tutorial/your-own-format.md).
"""

WIDTH = 88  # of a signature on one line; what the site shows without scrolling

Definition = ast.FunctionDef | ast.ClassDef


def python_page() -> str:
    """The page as Markdown."""
    return "\n".join(_lines())


def signature(thing: type | object) -> str:
    """A function with its parameters, or a class with its fields, as the code has them."""
    return _signature(_definition(thing))


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    for group, members in GROUPS.items():
        yield f"## {group}\n"
        for name in members:
            yield from _member(name)


def _member(name: str) -> Iterator[str]:
    yield f"### `{name}`\n"
    if name == "hookimpl":
        yield HOOKIMPL
        return
    thing = getattr(boxwright, name)
    definition = _definition(thing)
    yield from _code(_signature(definition))
    yield as_markdown(inspect.getdoc(thing) or "") + "\n"
    for child in definition.body if isinstance(definition, ast.ClassDef) else ():
        if isinstance(child, ast.FunctionDef) and not child.name.startswith("_"):
            yield from _method(name, child)


def _method(owner: str, method: ast.FunctionDef) -> Iterator[str]:
    yield f"#### `{owner}.{method.name}`\n"
    yield from _code(_signature(method))
    yield as_markdown(ast.get_docstring(method) or "") + "\n"


def _code(text: str) -> Iterator[str]:
    yield f"<!-- not run: a signature -->\n\n```python\n{text}\n```\n"


def _definition(thing: type | object) -> Definition:
    source = inspect.getsource(inspect.unwrap(thing))  # type: ignore[arg-type]  # functions and classes
    definition = ast.parse(dedent(source)).body[0]
    if not isinstance(definition, Definition):
        raise TypeError(f"{thing} is neither a function nor a class")
    return definition


def _signature(definition: Definition) -> str:
    if isinstance(definition, ast.ClassDef):
        return _class(definition)
    name, returns = definition.name, _stated(definition.returns)
    if "property" in map(ast.unparse, definition.decorator_list):
        return f"{name}: {returns}"
    line = f"{name}({', '.join(_parameters(definition.args))}) -> {returns}"
    if len(line) <= WIDTH:
        return line
    return f"{name}(\n{indent(_stacked(definition.args), '    ')}) -> {returns}"


def _stated(annotation: ast.expr | None) -> str:
    """An annotation as it reads: without the quotes of one that names what comes later."""
    if isinstance(annotation, ast.Constant):
        return str(annotation.value)
    return ast.unparse(_Plain().visit(annotation)) if annotation else "None"


class _Plain(ast.NodeTransformer):
    """Takes from `Annotated[float, Ge(0)]` the float: bounds are told in the docstring."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node.value) == "Annotated" and isinstance(node.slice, ast.Tuple):
            return node.slice.elts[0]
        return node


def _stacked(arguments: ast.arguments) -> str:
    return "".join(f"{parameter},\n" for parameter in _parameters(arguments))


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    """Each parameter as it stands in the code, the star too, without `self`."""
    placed = arguments.posonlyargs + arguments.args
    missing = [None] * (len(placed) - len(arguments.defaults))
    for argument, default in zip(placed, [*missing, *arguments.defaults], strict=True):
        if argument.arg != "self":
            yield _parameter(argument, default)
    if arguments.vararg:
        yield f"*{ast.unparse(arguments.vararg)}"
    elif arguments.kwonlyargs:
        yield "*"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(argument, default)
    if arguments.kwarg:
        yield f"**{ast.unparse(arguments.kwarg)}"


def _parameter(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + (f" = {_value(default)}" if default is not None else "")


def _class(definition: ast.ClassDef) -> str:
    """A class with the values that it is made of: its fields, or the parameters of __init__."""
    bases = f"({', '.join(map(ast.unparse, definition.bases))})" if definition.bases else ""
    fields = [_field(node) for node in definition.body if isinstance(node, ast.AnnAssign) and _public(node)]
    makers = (node for node in definition.body if isinstance(node, ast.FunctionDef))
    maker = next((node for node in makers if node.name == "__init__"), None)
    if maker:
        return f"class {definition.name}{bases}:\n    def {_init(maker)}"
    return f"class {definition.name}{bases}" + (
        f":\n{indent(chr(10).join(fields), '    ')}" if fields else ""
    )


def _init(maker: ast.FunctionDef) -> str:
    line = f"__init__({', '.join(_parameters(maker.args))})"
    return line if len(line) <= WIDTH else f"__init__(\n{indent(_stacked(maker.args), ' ' * 8)}    )"


def _public(node: ast.AnnAssign) -> bool:
    return not ast.unparse(node.target).startswith("_")


def _field(node: ast.AnnAssign) -> str:
    stated = f"{ast.unparse(node.target)}: {_stated(node.annotation)}"
    return stated + (f" = {_default(node.value)}" if node.value is not None else "")


def _default(value: ast.expr) -> str:
    """What a field is when not given; `field(default_factory=dict)` says it in a roundabout way."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        for keyword in value.keywords:
            if keyword.arg == "default_factory":
                return f"{_value(keyword.value)}()"
            if keyword.arg == "default":
                return _value(keyword.value)
    return _value(value)


def _value(value: ast.expr) -> str:
    """A value as the code has it; `unparse` prefers the other quotes."""
    text = ast.unparse(value)
    return text if '"' in text else text.replace("'", '"')
