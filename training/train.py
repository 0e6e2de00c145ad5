"""`python -m training.train EXAMPLES WEIGHTS OUT`: trains the reader further, on a GPU where there is one.

WEIGHTS is a folder with model.fp16.safetensors, config.json and tokenizer.json. Writes last.fp16.safetensors and
averaged.fp16.safetensors (the mean of the weights over the last part of the training) into OUT.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from training.encoding import Encoded, encode
from training.examples import read
from training.model import load, save

_BATCH = 32
_MULTIPLE = 32  # lengths are padded to multiples of it: matrix products like round sizes
_WARM = 0.04  # share of the training in which the learning rate rises
_FLOOR = 0.1  # share of the learning rate that is left at the end, so that the averaged weights differ
_AVERAGED = 0.7  # from this share of the training on, weights are averaged ...
_EVERY = 10  # ... once in so many steps
_SAVED = 300  # steps between two checkpoints
_NEVER = -1e4  # the logit of a token that can't be an answer


class Average:
    """The running mean of a network's weights."""

    def __init__(self) -> None:
        self.count = 0
        self.state: dict[str, Tensor] = {}

    def add(self, state: dict[str, Tensor]) -> None:
        """Count one more set of weights into the mean."""
        self.count += 1
        for name, value in state.items():
            mean = self.state.setdefault(name, value.detach().clone())
            mean += (value - mean) / self.count


def main(arguments: Sequence[str] | None = None) -> None:
    """Train for the epochs or the minutes given, whichever is over first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("examples", "weights", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, default=math.inf, help="the learning rate falls towards this end")
    parser.add_argument(
        "--frozen", type=int, default=2, help="lowest layers that stay as they are, as the embeddings do"
    )
    parser.add_argument("--rate", type=float, default=1.2e-4, help="highest learning rate")
    options = parser.parse_args(arguments)
    torch.manual_seed(1)
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(options.weights / "tokenizer.json"))
    encoded = encode(list(read(options.examples)), tokenizer)
    print(f"{len(encoded):,} examples, {sum(len(e.ids) for e in encoded) / len(encoded):.0f} tokens each", flush=True)
    train(encoded, options)


def train(encoded: Sequence[Encoded], options: argparse.Namespace) -> None:
    """Run the epochs, print the loss as it goes, write the weights."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = load(options.weights / "model.fp16.safetensors", options.weights / "config.json")
    torch.nn.Module.to(network, device)
    for part in (network.bert.embeddings, *network.bert.encoder.layer[: options.frozen]):
        part.requires_grad_(requires_grad=False)
    optimizer = _optimizer(network, options.rate)
    steps = math.ceil(len(encoded) / _BATCH * options.epochs)
    average, running, began = Average(), 0.0, time.monotonic()
    network.train()
    for step, batch in enumerate(_batches(encoded, steps)):
        done = max(step / steps, (time.monotonic() - began) / (60 * options.minutes))
        if done >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = options.rate * share(done)
        loss = _loss(network, batch, device)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        running = 0.98 * running + 0.02 * loss.item() if step else loss.item()
        if done >= _AVERAGED and step % _EVERY == 0:
            average.add(network.state_dict())
        if step % 20 == 0:
            print(f"{step}/{steps} {done:.3f} loss {running:.3f} {time.monotonic() - began:.0f}s", flush=True)
        if step % _SAVED == _SAVED - 1:
            save(network.state_dict(), options.out / "last.fp16.safetensors")
    save(network.state_dict(), options.out / "last.fp16.safetensors")
    average.add(network.state_dict())
    save(average.state, options.out / "averaged.fp16.safetensors")


def share(done: float) -> float:
    """The learning rate as a share of its highest, when a share of the training is done."""
    return min(done / _WARM + 1e-3, 1 - (1 - _FLOOR) * (done - _WARM) / (1 - _WARM))


def _optimizer(network: torch.nn.Module, rate: float) -> torch.optim.Optimizer:
    learnt = [(name, value) for name, value in network.named_parameters() if value.requires_grad]
    plain = [value for name, value in learnt if name.endswith("bias") or "LayerNorm" in name]
    decayed = [value for name, value in learnt if not (name.endswith("bias") or "LayerNorm" in name)]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, fused=True)


def _batches(encoded: Sequence[Encoded], steps: int) -> Iterator[list[Encoded]]:
    """Batches of like length in random order, epoch after epoch."""
    chance = random.Random(1)
    given = 0
    while given < steps:
        order = chance.sample(range(len(encoded)), len(encoded))
        pools = [order[first : first + _BATCH * 50] for first in range(0, len(order), _BATCH * 50)]
        for pool in pools:
            pool.sort(key=lambda number: len(encoded[number].ids))
            batches = [pool[first : first + _BATCH] for first in range(0, len(pool), _BATCH)]
            for batch in chance.sample(batches, len(batches)):
                yield [encoded[number] for number in batch]
                given += 1
                if given == steps:
                    return


def _has_bfloat16(device: torch.device) -> bool:
    """Whether products of matrices in bfloat16 have instructions of their own; without them they take twice as long."""
    return device.type == "cuda" or bool(torch.cpu._is_amx_tile_supported())


def _loss(network: torch.nn.Module, batch: Sequence[Encoded], device: torch.device) -> Tensor:
    length = max(len(example.ids) for example in batch)
    length = math.ceil(length / _MULTIPLE) * _MULTIPLE
    ids, types, mask = torch.zeros(3, len(batch), length, dtype=torch.long)
    for row, example in enumerate(batch):
        size = len(example.ids)
        ids[row, :size] = torch.tensor(example.ids)
        types[row, :size] = torch.tensor(example.types)
        mask[row, :size] = 1
    ids, types, mask = ids.to(device), types.to(device), mask.to(device)
    impossible = types == 0
    impossible[:, 0] = False
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=_has_bfloat16(device)):
        found = network(input_ids=ids, token_type_ids=types, attention_mask=mask)
    first = torch.tensor([example.first for example in batch], device=device)
    last = torch.tensor([example.last for example in batch], device=device)
    starts = found.start_logits.float().masked_fill(impossible, _NEVER)
    ends = found.end_logits.float().masked_fill(impossible, _NEVER)
    return (functional.cross_entropy(starts, first) + functional.cross_entropy(ends, last)) / 2


if __name__ == "__main__":
    main()
