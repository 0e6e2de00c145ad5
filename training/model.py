"""The reader as a network: all-MiniLM-L6-v2 with a head for the first and the last token of the answer."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import BertConfig, BertForQuestionAnswering


def load(weights: Path, config: Path) -> BertForQuestionAnswering:
    """The network without dropout, whose random numbers cost more on a CPU than the products of matrices."""
    settings = BertConfig.from_pretrained(config, attn_implementation="eager")
    settings.hidden_dropout_prob = settings.attention_probs_dropout_prob = 0.0
    network = BertForQuestionAnswering(settings)
    network.load_state_dict({name: value.float() for name, value in load_file(weights).items()})
    return network


def save(state: dict[str, Tensor], path: Path) -> None:
    """Write the weights in half precision."""
    save_file({name: value.to("cpu", torch.float16).contiguous() for name, value in state.items()}, path)
