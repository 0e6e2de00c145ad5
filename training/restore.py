"""`python -m training.restore INT8.onnx CONFIG OUT`: a folder of weights to train on from, out of shipped int8 ones.

What `training.export` rounded stays rounded (a step is 1/127 of the largest weight of its output channel); the first
hundred steps of training make up for it.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import save_file
from torch import Tensor

from training.export import WIDENED

_PREFIX = "network."
_PRODUCT = re.compile(r"/network/(?P<place>.+)/MatMul(?:_quant)?")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write model.fp16.safetensors and config.json into OUT."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("model", "config", "out"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half().contiguous() for name, value in restored(options.model).items()}
    save_file(weights, options.out / "model.fp16.safetensors")
    shutil.copyfile(options.config, options.out / "config.json")
    print(f"{len(weights)} tensors, {sum(value.numel() for value in weights.values()):,} weights")


def restored(model: Path) -> dict[str, Tensor]:
    """The weights by their names in the network."""
    graph = onnx.load(model).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    weights = {name.removeprefix(_PREFIX): torch.from_numpy(stored[name].copy()) for name in _plain(stored)}
    for name in stored:
        if name.startswith(_PREFIX) and name.endswith("_quantized"):
            source = name.removesuffix("_quantized")
            weights[source.removeprefix(_PREFIX)] = _dequantised(stored, source)
    for node in graph.node:
        product = _product(stored, node)
        if product is not None and (match := _PRODUCT.fullmatch(node.name)):
            weights[f"{match['place'].replace('/', '.')}.weight"] = product.T
    return weights


def _product(stored: dict[str, np.ndarray], node: onnx.NodeProto) -> Tensor | None:
    """The weights of a product, in eight bits or in float16; None where two activations are multiplied."""
    if node.op_type == "MatMulInteger":
        return _dequantised(stored, node.input[1].removesuffix("_quantized"))
    halved = node.input[1].removesuffix(WIDENED) if node.op_type == "MatMul" else ""
    return torch.from_numpy(stored[halved].astype(np.float32)) if halved in stored else None


def _plain(stored: dict[str, np.ndarray]) -> list[str]:
    """The names of what was not rounded to eight bits: embeddings, biases and normalisations."""
    return [name for name in stored if name.startswith(_PREFIX) and name.endswith((".weight", ".bias"))]


def _dequantised(stored: dict[str, np.ndarray], source: str) -> Tensor:
    steps = stored[f"{source}_quantized"].astype(np.float32) - stored[f"{source}_zero_point"].astype(np.float32)
    return torch.from_numpy(steps * stored[f"{source}_scale"])


if __name__ == "__main__":
    main()
