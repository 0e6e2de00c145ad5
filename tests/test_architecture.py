"""The picture of the architecture, held by parsing the imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted([*ROOT.glob("rag/**/*.py"), *ROOT.glob("eval/*.py"), *ROOT.glob("page/*.py"), ROOT / "app.py"])
LEAVES = {"types", "errors", "settings", "prompts"}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def importers(library: str) -> set[str]:
    """The project's files that import a library or a part of it."""
    return {
        str(path.relative_to(ROOT))
        for path in MODULES
        if any(name == library or name.startswith(f"{library}.") for name in imports(path))
    }


@pytest.mark.parametrize(
    ("library", "only"),
    [
        ("chromadb", {"rag/store.py"}),
        ("langchain_chroma", {"rag/store.py"}),
        ("bm25s", {"rag/lexical.py"}),
        ("sentence_transformers", {"rag/embed.py"}),
        ("onnxruntime", {"rag/minilm.py", "rag/reader.py"}),  # one model each
        ("sentencex", {"rag/passages.py"}),
        ("spacy", {"rag/grammar.py"}),
        ("langchain", {"rag/draft/provider.py"}),
    ],
)
def test_one_module_talks_to_a_library(library: str, only: set[str]) -> None:
    """Each library is known to one module, which turns its values into ours."""
    assert importers(library) == only


def test_only_the_page_knows_gradio() -> None:
    """Nothing below the page imports gradio."""
    assert {name.split("/")[0] for name in importers("gradio")} <= {"app.py", "page"}


@pytest.mark.parametrize("leaf", sorted(LEAVES))
def test_leaves_import_leaves_only(leaf: str) -> None:
    """Types, errors, settings and prompts know nothing of the rest."""
    known = {name for name in imports(ROOT / "rag" / f"{leaf}.py") if name.startswith("rag.")}
    assert {name.split(".")[1] for name in known} <= LEAVES


def test_the_stations_know_neither_page_nor_evaluation() -> None:
    """Arrows point down only."""
    above = {
        name
        for path in ROOT.glob("rag/**/*.py")
        for name in imports(path)
        if name.split(".")[0] in {"app", "eval", "page"}
    }
    assert above == set()
