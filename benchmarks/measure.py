"""One measure of one system in a process of its own, which `python -m benchmarks` starts with a JSON argument."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import STARTED_WITH
from benchmarks.documents import Asked, read_asked
from benchmarks.systems import SYSTEMS, Footnote, Found, System

Figures = dict[str, float]

_K = 5
_QUESTIONS = 60  # of each set, for latency; quality is measured on all
_WARM = 3  # questions before the clock starts


def main() -> None:
    """Print the figures as JSON, on a line of its own and last."""
    asked = json.loads(sys.argv[1])
    if asked["system"] != "footnote":
        os.environ.clear()
        os.environ.update(STARTED_WITH)
    system = SYSTEMS[asked["system"]](Path(asked["corpus"]), Path(asked["folder"]), asked["static"])
    figures = _MEASURES[asked["measure"]](system, asked)
    print(json.dumps({**figures, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def _index(system: System, asked: dict[str, Any]) -> Figures:
    from rag.documents import read_corpus

    documents, _ = read_corpus(Path(asked["corpus"]))
    letters = sum(len(document.text) for document in documents)
    wall, cpu = time.perf_counter(), time.process_time()
    texts = system.index(documents)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    size = sum(path.stat().st_size for path in Path(asked["folder"]).rglob("*") if path.is_file())
    return {
        "texts": texts,
        "index_s": wall,
        "index_cpu_s": cpu,
        "letters_per_s": letters / wall,
        "letters_per_cpu_s": letters / cpu,
        "disk_mb": size / 1e6,
    }


def _open(system: System, asked: dict[str, Any]) -> Figures:
    """From an interpreter that has imported nothing of the system to the first texts found."""
    wall, cpu = time.perf_counter(), time.process_time()
    system.open()
    opened, opened_cpu = time.perf_counter() - wall, time.process_time() - cpu
    system.search(_asked(asked)[0].question, _K)
    return {
        "open_s": opened,
        "open_cpu_s": opened_cpu,
        "first_s": time.perf_counter() - wall,
        "first_cpu_s": time.process_time() - cpu,
    }


def _search(system: System, asked: dict[str, Any]) -> Figures:
    system.open()
    questions = [item.question for item in _asked(asked)]
    return _latencies("search", questions, lambda question: system.search(question, _K))


def _answer(system: System, asked: dict[str, Any]) -> Figures:
    """Whole answers, cited and checked; only Footnote gives them without a chat model."""
    assert isinstance(system, Footnote)
    questions = [item.question for item in _asked(asked)]
    wall, cpu = time.perf_counter(), time.process_time()
    system.open()
    ask = system.chatbot().ask
    ask(questions[0])
    first = {"first_answer_s": time.perf_counter() - wall, "first_answer_cpu_s": time.process_time() - cpu}
    return first | _latencies("answer", questions[1:], ask)


def _quality(system: System, asked: dict[str, Any]) -> Figures:
    """The share of a question's evidence, at least half of whose characters are in the best five texts.

    With the number of characters in those: longer texts hold more, and more of what nobody asked for.
    """
    from rag.documents import read_corpus

    texts = {document.id: document.text for document in read_corpus(Path(asked["corpus"]))[0]}
    system.open()
    shares: dict[str, list[float]] = {}
    shown = []
    for item in _asked(asked, every=True):
        places = [place for text in item.evidence if (place := _place(text, item.set, texts))]
        if places:
            found = system.search(item.question, _K)
            shown.append(sum(text.end - text.start for text in found))
            shares.setdefault(item.set, []).append(sum(_covered(place, found) for place in places) / len(places))
    recalls = {f"recall_{name}": sum(values) / len(values) for name, values in shares.items()}
    return {**recalls, "shown": sum(shown) / len(shown)}


def _place(evidence: str, name: str, texts: dict[str, str]) -> Found | None:
    for document, text in texts.items():
        if document.startswith(f"{name}/") and (start := text.find(evidence)) >= 0:
            return Found(document, start, start + len(evidence))
    return None


def _covered(place: Found, found: Sequence[Found]) -> bool:
    letters = set(range(place.start, place.end))
    seen = {letter for item in found if item.document == place.document for letter in range(item.start, item.end)}
    return 2 * len(letters & seen) >= len(letters)


def _latencies(name: str, questions: Sequence[str], ask: Callable[[str], object]) -> Figures:
    for question in questions[:_WARM]:
        ask(question)
    clocked = list(_clocked(questions[_WARM:], ask))
    walls, cpus = sorted(wall for wall, _ in clocked), sorted(cpu for _, cpu in clocked)
    return {
        f"{name}_p50_ms": 1000 * walls[len(walls) // 2],
        f"{name}_p95_ms": 1000 * walls[int(len(walls) * 0.95)],
        f"{name}_cpu_p50_ms": 1000 * cpus[len(cpus) // 2],
    }


def _clocked(questions: Sequence[str], ask: Callable[[str], object]) -> Iterator[tuple[float, float]]:
    for question in questions:
        wall, cpu = time.perf_counter(), time.process_time()
        ask(question)
        yield time.perf_counter() - wall, time.process_time() - cpu


def _asked(asked: dict[str, Any], every: bool = False) -> list[Asked]:
    first = min(Path(asked["corpus"]).glob("*.jsonl")).read_text(encoding="utf-8")
    sets = tuple(name for name in ("squad2", "musique") if f'"{name}/' in first)
    questions = [read_asked(Path(asked["benchmarks"]), (name,)) for name in sets]
    limit = None if every else asked["questions"] or _QUESTIONS
    return [item for part in questions for item in part[:limit]]


_MEASURES: dict[str, Callable[[System, dict[str, Any]], Figures]] = {
    "index": _index,
    "open": _open,
    "search": _search,
    "answer": _answer,
    "quality": _quality,
}

if __name__ == "__main__":
    main()
