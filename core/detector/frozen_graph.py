"""Graphs whose variables are constants: made from a function, and any, the original's too, as a function."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError

from boxwright.core.errors import BoxwrightError

GraphDef = Any  # tf.compat.v1.GraphDef


def freeze(function: Any, outputs: Iterable[str]) -> GraphDef:
    """The graph of a traced function, its variables at their present values.

    function  traced; operations of its graph are called as the outputs
    outputs   the operations that are wanted; what they do not need is left out
    """
    graph = function.graph.as_graph_def()
    if graph.library.function:
        raise ValueError("the graph calls functions, whose variables cannot be made constants here")
    captured = _captured(function)
    frozen = tf.compat.v1.GraphDef(versions=graph.versions)
    nodes = {node.name: _constant(node, captured) or node for node in graph.node}
    needed = _needed(nodes, outputs)
    frozen.node.extend(node for name, node in nodes.items() if name in needed)
    return frozen


def read_graph(path: Path) -> GraphDef:
    """The graph in a file; raises BoxwrightError where there is none."""
    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(path.read_bytes())
    except OSError as error:
        raise BoxwrightError(f"{path}: cannot be read: {error.strerror}") from None
    except DecodeError:
        raise BoxwrightError(f"{path}: no graph") from None
    if not graph.node:
        raise BoxwrightError(f"{path}: no graph: it holds no operation")
    return graph


def as_function(
    graph: GraphDef, feed: str, fetches: Iterable[str]
) -> Callable[[tf.Tensor], Mapping[str, tf.Tensor]]:
    """A graph as a function of one tensor, which gives the outputs of operations by their names."""
    imported = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph, name=""), [])
    tensor = imported.graph.get_tensor_by_name
    function: Any = imported.prune(tensor(f"{feed}:0"), {name: tensor(f"{name}:0") for name in fetches})
    return lambda value: dict(function(value))


def _captured(function: Any) -> dict[str, tf.Tensor]:
    """What a function takes from outside, by the placeholder that stands for it."""
    outside = function.captured_inputs
    inside = function.inputs[len(function.inputs) - len(outside) :]
    return {held.op.name: value for held, value in zip(inside, outside, strict=True)}


def _constant(node: Any, captured: Mapping[str, tf.Tensor]) -> Any:
    """The constant that takes the place of a node; None: it stays."""
    if node.op == "ReadVariableOp" and node.input[0] in captured:
        kind = tf.as_dtype(node.attr["dtype"].type)
        value = tf.raw_ops.ReadVariableOp(resource=captured[node.input[0]], dtype=kind)
    elif node.name in captured and captured[node.name].dtype != tf.resource:
        value = captured[node.name]
    else:
        return None
    made = tf.compat.v1.NodeDef(name=node.name, op="Const")
    made.attr["dtype"].type = value.dtype.as_datatype_enum
    made.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value.numpy()))
    return made


def _needed(nodes: Mapping[str, Any], outputs: Iterable[str]) -> set[str]:
    """The nodes from which the outputs are made, and these."""
    needed: set[str] = set()
    waiting = list(outputs)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting.extend(_source(value) for value in nodes[name].input)
    return needed


def _source(value: str) -> str:
    """The node of an input: `a`, `a:1` and `^a` (which only has to come first) are of `a`."""
    return value.removeprefix("^").partition(":")[0]
