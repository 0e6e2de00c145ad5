"""`python -m training.export WEIGHTS CONFIG OUT`: weights to OUT/reader.float.onnx and OUT/reader.int8.onnx."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor

from training.model import load

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_OUTPUTS = ("start", "end")
_OPSET = 17


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
    parser.add_argument("--reduce-range", action="store_true", help="weights in 7 bits, for processors without VNNI")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    export(options.weights, options.config, options.out / "reader.float.onnx")
    quantise(options.out / "reader.float.onnx", options.out / "reader.int8.onnx", options.reduce_range)
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


def quantise(source: Path, out: Path, reduce_range: bool = False) -> None:
    """Write the weights as int8, one scale for each output channel; activations are quantised while the model runs."""
    quantize_dynamic(source, out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=reduce_range)


if __name__ == "__main__":
    main()
