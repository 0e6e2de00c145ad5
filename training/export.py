"""`python -m training.export WEIGHTS CONFIG OUT`: weights to OUT/reader.float.onnx and OUT/reader.int8.onnx."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor

from training.model import load

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_OUTPUTS = ("start", "end")
_OPSET = 17
WIDENED = "_float"  # behind the name of a table in float16: the same in float
_ATTENTION = "/attention/"
_WORDS = "network.bert.embeddings.word_embeddings.weight"


class _Logits(torch.nn.Module):
    """The network with its two outputs as a plain pair, in the order that the exporter names them."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        found = self.network(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return found.start_logits, found.end_logits


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both files beside a copy of the weights and print their SHA-256."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("weights", "config", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--full-range", action="store_true", help="weights in 8 bits, for processors with VNNI alone")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    export(options.weights, options.config, options.out / "reader.float.onnx")
    quantise(options.out / "reader.float.onnx", options.out / "reader.int8.onnx", reduce_range=not options.full_range)
    if options.weights != options.out / "model.fp16.safetensors":
        shutil.copyfile(options.weights, options.out / "model.fp16.safetensors")
    for path in sorted(options.out.iterdir()):
        print(f"{sha256(path.read_bytes()).hexdigest()}  {path.name}  {path.stat().st_size / 1e6:.1f} MB")


def export(weights: Path, config: Path, out: Path) -> None:
    """Write the network as float ONNX; batch and length may be any."""
    ids = torch.randint(1000, 2000, (2, 64))
    torch.onnx.export(
        _Logits(load(weights, config)).eval(),
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(out),
        input_names=list(_INPUTS),
        output_names=list(_OUTPUTS),
        dynamic_axes={name: {0: "batch", 1: "length"} for name in (*_INPUTS, *_OUTPUTS)},
        opset_version=_OPSET,
        dynamo=False,  # the newer exporter writes operators that the quantiser leaves in float
    )


def quantise(source: Path, out: Path, reduce_range: bool = True) -> None:
    """Write the feed-forward products as int8, one scale for each output channel; attention and words as float16.

    One scale for a whole table of embeddings would round them by 3 % (words) to 10 % (positions) of their length.
    Activations are quantised while the model runs, with one scale for a whole batch: what attention compares does not
    bear that, and takes little of the time.
    """
    attention = [node for node in onnx.load(source).graph.node if node.op_type == "MatMul" and _ATTENTION in node.name]
    quantize_dynamic(
        source,
        out,
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=[node.name for node in attention],
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=reduce_range,
    )
    model = onnx.load(out)
    tables = {table.name for table in model.graph.initializer}
    for name in [_WORDS, *(name for node in attention for name in node.input if name in tables)]:
        _halve(model.graph, name)
    onnx.save(model, out)


def _halve(graph: onnx.GraphProto, name: str) -> None:
    """Keep a table in float16: what is looked up in it is widened, or itself where a product takes it whole."""
    table = next(each for each in graph.initializer if each.name == name)
    user = next(node for node in graph.node if name in node.input)
    table.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(table).astype(np.float16), name))
    at = list(graph.node).index(user)
    if user.op_type == "Gather":
        found, halved = user.output[0], f"{user.output[0]}_float16"
        user.output[0], at = halved, at + 1
    else:
        found, halved = f"{name}{WIDENED}", name
        user.input[list(user.input).index(name)] = found
    graph.node.insert(at, helper.make_node("Cast", [halved], [found], to=onnx.TensorProto.FLOAT))


if __name__ == "__main__":
    main()
