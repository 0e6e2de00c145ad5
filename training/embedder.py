"""`python -m training.embedder FOLDER`: the graphs of all-MiniLM-L6-v2 for onnxruntime, without its weights.

The weights stay in the packaged model's `model.safetensors`, which the graphs name by offset: nothing is shipped twice.
One text at a time: no padding, no mask, and a vector that does not depend on the texts beside it.

The second graph multiplies in whole numbers, which takes two thirds of the time. It has onnxruntime round the weights
as it loads them: 7 bits for each output, since 8 overflow without a word where a processor has no VNNI.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from rag.embed import packaged_folder

_WEIGHTS = "model.safetensors"
_OPSET = 17
_FUSED = "com.microsoft"  # onnxruntime's own operators
_LAYERS, _HEADS, _WIDTH = 6, 12, 384
_EPSILON = 1e-12  # config.json, layer_norm_eps
_LEVELS = 63.0  # of a weight on each side of 0: 7 bits


class _Graph:
    """Nodes, and the weights that they name."""

    def __init__(self, header: dict[str, Any], begin: int, whole: bool) -> None:
        self._whole = whole
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}
        self._header = header
        self._begin = begin

    def weight(self, name: str) -> str:
        """A tensor of the weights' file, by its name there."""
        first, last = self._header[name]["data_offsets"]
        tensor = TensorProto(
            name=name,
            dims=self._header[name]["shape"],
            data_type=TensorProto.FLOAT,
            data_location=TensorProto.EXTERNAL,
        )
        for key, value in (("location", _WEIGHTS), ("offset", self._begin + first), ("length", last - first)):
            tensor.external_data.add(key=key, value=str(value))
        self.weights[name] = tensor
        return name

    def add(self, operator: str, inputs: Sequence[str], domain: str = "", **attributes: Any) -> str:
        """One node; the name of what it gives."""
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], domain=domain, **attributes))
        return name

    def linear(self, layer: str, rows: str) -> str:
        """A dense layer; the weights are stored by output."""
        weight, bias = self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")
        if not self._whole:
            return self.add("Gemm", [rows, weight, bias], transB=1)
        largest = self.add("ReduceMax", [self.add("Abs", [weight])], axes=[1], keepdims=0)
        scale = self.add("Div", [largest, "levels"])
        middle = self.add("Cast", [self.add("Mul", [scale, "zero"])], to=TensorProto.INT8)
        rounded = self.add("Transpose", [self.add("QuantizeLinear", [weight, scale, middle], axis=0)], perm=[1, 0])
        return self.add("DynamicQuantizeMatMul", [rows, rounded, scale, middle, bias], _FUSED)

    def normalised(self, layer: str, rows: str, skipped: str) -> str:
        """Layer normalisation of a sum."""
        scale, shift = self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")
        return self.add("SkipLayerNormalization", [rows, skipped, scale, shift], _FUSED, epsilon=_EPSILON)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the graphs and print their SHA-256."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    for name, whole in (("embedder.onnx", False), ("passages.onnx", True)):
        out = folder / name
        out.write_bytes(network(packaged_folder() / _WEIGHTS, whole).SerializeToString())
        print(f"{sha256(out.read_bytes()).hexdigest()}  {out.name}  {out.stat().st_size} bytes")


def network(weights: Path, whole: bool) -> onnx.ModelProto:
    """Ids and positions of the tokens of one text, shape (tokens,), to the mean of their vectors, shape (384,)."""
    with weights.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        graph = _Graph(json.loads(file.read(size)), 8 + size, whole)
    rows = _embedded(graph)
    for number in range(_LAYERS):
        rows = _layer(graph, f"encoder.layer.{number}", rows)
    graph.nodes.append(helper.make_node("ReduceMean", [rows], ["mean"], axes=[0], keepdims=0))
    made = helper.make_graph(
        graph.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["tokens"]) for name in ("ids", "positions", "types")],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, [_WIDTH])],
        [*graph.weights.values(), *_constants(whole)],
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=8)


def _constants(whole: bool) -> list[onnx.TensorProto]:
    first = helper.make_tensor("first", TensorProto.INT64, [1], [0])
    numbers = {"levels": _LEVELS, "zero": 0.0} if whole else {}
    return [first, *(helper.make_tensor(name, TensorProto.FLOAT, [], [value]) for name, value in numbers.items())]


def _embedded(graph: _Graph) -> str:
    words = graph.add("Gather", [graph.weight("embeddings.word_embeddings.weight"), "ids"])
    places = graph.add("Gather", [graph.weight("embeddings.position_embeddings.weight"), "positions"])
    types = graph.add("Gather", [graph.weight("embeddings.token_type_embeddings.weight"), "types"])
    return graph.normalised("embeddings.LayerNorm", graph.add("Add", [words, types]), places)


def _layer(graph: _Graph, name: str, rows: str) -> str:
    names = (f"{name}.attention.self.{part}" for part in ("query", "key", "value"))
    batch = [graph.add("Unsqueeze", [graph.linear(part, rows), "first"]) for part in names]
    attended = graph.add("MultiHeadAttention", batch, _FUSED, num_heads=_HEADS)
    attended = graph.linear(f"{name}.attention.output.dense", graph.add("Squeeze", [attended, "first"]))
    rows = graph.normalised(f"{name}.attention.output.LayerNorm", attended, rows)
    wide = graph.add("Gelu", [graph.linear(f"{name}.intermediate.dense", rows)], _FUSED)
    return graph.normalised(f"{name}.output.LayerNorm", graph.linear(f"{name}.output.dense", wide), rows)


if __name__ == "__main__":
    main()
