"""The index: what a run writes, what a reader sees, and what neither lets pass."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.errors import CorpusError, IndexDamagedError, IndexLockedError
from rag.generation import even
from rag.index import Index, current_generation, refresh
from rag.manifest import writing
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder

ARTICLES = {
    "talks.txt": "Officials of Ukraine and Russia met in Istanbul. The mood was tense.",
    "palace.txt": "Dolmabahçe Palace was built for Sultan Abdülmecid. Today it is a museum.",
    "grain.txt": "The grain initiative was signed by the ministers. It was signed in July.",
}
# A run of `refresh` in a process of its own, whose embedder does something else at its second batch.
RUN = """
import os, signal, sys, time
from rag.index import refresh
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder

class Embedder(BagOfWordsEmbedder):
    def embed_documents(self, texts):
        print("embedding", flush=True)
        {then}
        return super().embed_documents(texts)

refresh(Settings(corpus=sys.argv[1], index=sys.argv[2]), Embedder())
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Three articles and a place for their index."""
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    for name, text in ARTICLES.items():
        write(settings, name, text)
    return settings


@pytest.fixture(scope="module")
def first_generation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the three articles, to be copied."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "corpus").mkdir()
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    for name, text in ARTICLES.items():
        write(settings, name, text)
    refresh(settings, BagOfWordsEmbedder())
    return settings.index


@pytest.fixture
def built(settings: Settings, first_generation: Path) -> Settings:
    """The three articles with their first generation."""
    shutil.copytree(first_generation, settings.index)
    return settings


def opened(settings: Settings, embedder: Any = None) -> Index:
    return Index.open(settings, embedder or BagOfWordsEmbedder())


def generation(settings: Settings) -> Path:
    return settings.index / current_generation(settings.index)


def write(settings: Settings, name: str, text: str) -> None:
    (settings.corpus / name).write_text(text, encoding="utf-8")


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below a folder with its time and size."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in paths}


def first_found(settings: Settings, question: str) -> str:
    """The document of the passage that is nearest to a question."""
    with opened(settings) as index:
        ((name, _),) = index.search(BagOfWordsEmbedder().embed_query(question), 1)
        (passage,) = index.passages([name])
        return passage.document


def assert_sound(settings: Settings) -> None:
    """The ids that are stored, counted and found by search are the same, and each passage finds itself first."""
    with opened(settings) as index:
        assert index.store.count() == index.count == sum(document.passages for document in index.documents)
        found = index.passages([name for name, _ in index.search([1.0] * 256, index.count + 5)])
        assert sorted(passage.id for passage in found) == sorted(index.ids)
        for passage in found:
            ((nearest, cosine),) = index.search(index.store.vectors([passage.id])[passage.id], 1)
            assert (nearest, cosine) == (passage.id, pytest.approx(1))
            assert index.document(passage.document).text[passage.start : passage.end] == passage.text


# What a run does


def test_the_first_run(settings: Settings) -> None:
    """All documents are new, all passages embedded, with progress from 0 to the end."""
    embedder, seen = BagOfWordsEmbedder(), []
    report = refresh(settings, embedder, lambda done, total: seen.append((done, total)))
    assert (sorted(report.added), report.changed, report.removed) == (sorted(ARTICLES), (), ())
    assert (report.unchanged, report.embedded, report.generation) == (0, 3, "gen-0001")
    assert (len(embedder.embedded), seen[0], seen[-1]) == (3, (0, 3), (3, 3))
    assert_sound(settings)


def test_a_run_without_changes_writes_nothing(built: Settings) -> None:
    """Nothing changed: the same generation, nothing embedded, no file written but what Chroma writes as it opens."""
    before, embedder = files(built.index), BagOfWordsEmbedder()
    report = refresh(built, embedder)
    after = files(built.index)
    assert (report.unchanged, report.embedded, report.generation, embedder.embedded) == (3, 0, "gen-0001", [])
    assert after.keys() == before.keys()
    assert all("/chroma/" in name for name in after if after[name] != before[name])


@pytest.mark.parametrize(
    ("change", "added", "changed", "removed", "embedded"),
    [
        pytest.param({"new.txt": "Umerov spoke."}, ["new.txt"], [], [], 1, id="added"),
        pytest.param({"talks.txt": "Nobody met."}, [], ["talks.txt"], [], 1, id="edited"),
        pytest.param({"talks.txt": None}, [], [], ["talks.txt"], 0, id="removed"),
        pytest.param({"talks.txt": None, "new.txt": "A."}, ["new.txt"], [], ["talks.txt"], 1, id="one for another"),
        pytest.param(dict.fromkeys(ARTICLES), [], [], sorted(ARTICLES), 0, id="all removed"),
    ],
)
def test_a_change_concerns_only_its_file(
    built: Settings,
    change: dict[str, str | None],
    added: list[str],
    changed: list[str],
    removed: list[str],
    embedded: int,
) -> None:
    """The report names what changed, and only new texts are embedded."""
    for name, text in change.items():
        if text is None:
            (built.corpus / name).unlink()
        else:
            write(built, name, text)
    embedder = BagOfWordsEmbedder()
    report = refresh(built, embedder)
    assert (list(report.added), list(report.changed), sorted(report.removed)) == (added, changed, removed)
    assert report.unchanged == len(list(built.corpus.iterdir())) - len(added) - len(changed)
    assert (report.embedded, len(embedder.embedded), report.generation) == (embedded, embedded, "gen-0002")
    assert_sound(built)


def test_an_edit_embeds_only_the_new_passage(settings: Settings) -> None:
    """In a long document the passages that kept their words keep their vectors, wherever they moved to."""
    paragraphs = [
        f"Paragraph {number} of the article. " + f"Number {number} speaks of its own matter. " * 12
        for number in range(5)
    ]
    write(settings, "long.txt", "\n\n".join(paragraphs))
    refresh(settings, BagOfWordsEmbedder())
    write(settings, "long.txt", "\n\n".join(["A short new beginning. " * 30, *paragraphs]))
    embedder = BagOfWordsEmbedder()
    report = refresh(settings, embedder)
    with opened(settings) as index:
        assert 0 < report.embedded < index.count - 3
    assert all("beginning" in text or "Paragraph 0" in text for text in embedder.embedded)


def test_the_same_text_twice_is_indexed_once(built: Settings) -> None:
    """Of two files that say the same under the same title, one is cited; without it, the other."""
    front = "---\ntitle: Copy\n---\n"
    write(built, "a.md", front + "Medinsky led the delegation.")
    write(built, "b.md", front + "Medinsky  led the\ndelegation.")
    assert refresh(built, BagOfWordsEmbedder()).embedded == 1
    assert first_found(built, "Medinsky led") == "a.md"
    (built.corpus / "a.md").unlink()
    refresh(built, BagOfWordsEmbedder())
    assert first_found(built, "Medinsky led") == "b.md"


def test_an_empty_corpus(settings: Settings) -> None:
    """No documents make a valid index of none."""
    for path in settings.corpus.iterdir():
        path.unlink()
    assert refresh(settings, BagOfWordsEmbedder()).generation == "gen-0001"
    with opened(settings) as index:
        assert (index.count, index.documents, index.search([1.0] * 256, 3), index.passages([])) == (0, (), [], [])
    assert refresh(settings, BagOfWordsEmbedder()).generation == "gen-0001"


def test_a_missing_corpus(built: Settings) -> None:
    """A folder that is not there is an error, not an empty corpus: the index stays."""
    shutil.rmtree(built.corpus)
    with pytest.raises(CorpusError):
        refresh(built, BagOfWordsEmbedder())
    with opened(built) as index:
        assert index.count == 3


def test_skipped_files_are_remembered(built: Settings) -> None:
    """What could not be read is in the report and in the index, with its reason."""
    (built.corpus / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    report = refresh(built, BagOfWordsEmbedder())
    with opened(built) as index:
        assert [skipped.source for skipped in index.skipped] == ["binary.txt"]
        assert index.skipped == report.skipped


def test_two_generations_are_kept(built: Settings) -> None:
    """The current generation and the one before it stay, older ones and what a killed run left behind go."""
    (built.index / "gen-0009").mkdir()
    (built.index / "notes").mkdir()
    for number in range(3):
        write(built, "new.txt", f"Version {number}.")
        refresh(built, BagOfWordsEmbedder())
    assert sorted(path.name for path in built.index.iterdir() if path.is_dir()) == ["gen-0003", "gen-0004", "notes"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """More passages than a batch, and than Chroma keeps out of the files of its graph."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "corpus").mkdir()
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    for number in range(13):
        sentences = (
            f"Matter {number} has the number {number * 999 + part} and many more words." for part in range(900)
        )
        write(settings, f"{number}.txt", " ".join(sentences))
    refresh(settings, BagOfWordsEmbedder())
    return settings


def test_more_passages_than_a_batch(large: Settings) -> None:
    """All passages of a larger corpus are found."""
    with opened(large) as index:
        assert 1000 < index.count == index.store.count()
        assert index.store.unfound(index.ids) == set()
    assert (_segment(generation(large)) / "index_metadata.pickle").exists()


@pytest.mark.parametrize(
    ("count", "most", "sizes"),
    [
        pytest.param(0, 5, [], id="nothing"),
        pytest.param(5, 5, [5], id="one part"),
        pytest.param(6, 5, [3, 3], id="one too many"),
        pytest.param(11, 4, [3, 4, 4], id="one part smaller"),
        pytest.param(3, 1, [1, 1, 1], id="one each"),
    ],
)
def test_parts_are_even(count: int, most: int, sizes: list[int]) -> None:
    """Passages are added in their order, in parts of at most so many that differ by one at most."""
    parts = even(range(count), most)
    assert [len(part) for part in parts] == sizes
    assert [number for part in parts for number in part] == list(range(count))


def test_every_addition_is_written(built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """After many additions Chroma's queue holds nothing that each opening would have to put into the graph."""
    monkeypatch.setattr("rag.generation._ADDED", 40)
    write(built, "long.txt", " ".join(f"Matter {number} has the number {number * 31} too." for number in range(2000)))
    refresh(built, BagOfWordsEmbedder())
    with opened(built) as index:
        assert index.count > 100
    with closing(sqlite3.connect(generation(built) / "chroma" / "chroma.sqlite3")) as database:
        ((queued,),) = database.execute("SELECT COUNT(*) FROM embeddings_queue")
    assert queued <= 1
    assert_sound(built)


# What a reader sees


def test_passages_come_back_as_they_were(built: Settings) -> None:
    """Title, offsets and sentences survive the store, and quote the document."""
    with opened(built) as index:
        passages = index.passages(index.ids)
        assert [passage.id for passage in passages] == list(index.ids)
        for passage in passages:
            document = index.document(passage.document)
            assert (passage.title, passage.sha256) == (document.title, document.sha256)
            assert [document.text[s.start : s.end] for s in passage.sentences] == [s.text for s in passage.sentences]
            assert len(passage.sentences) == 2


def test_documents_and_texts(built: Settings) -> None:
    """A document comes back whole, by id or its text by hash."""
    with opened(built) as index:
        document = index.document("palace.txt")
        assert document.text == ARTICLES["palace.txt"]
        assert index.text(document.sha256) == document.text
        assert sorted(described.id for described in index.documents) == sorted(ARTICLES)


@pytest.mark.parametrize("name", ["", "no.txt", "../../etc/passwd", "talks.txt\x00"])
def test_a_document_that_is_not_there(built: Settings, name: str) -> None:
    """Only known ids and hashes resolve."""
    with opened(built) as index:
        with pytest.raises(KeyError, match="in the index"):
            index.document(name)
        with pytest.raises(KeyError, match="in the index"):
            index.text(name)


def test_the_text_of_a_removed_document_stays(built: Settings) -> None:
    """A citation is checkable after its file changed and went, through any number of generations."""
    with opened(built) as index:
        sha256 = index.document("talks.txt").sha256
    write(built, "talks.txt", "Nobody met.")
    refresh(built, BagOfWordsEmbedder())
    (built.corpus / "talks.txt").unlink()
    refresh(built, BagOfWordsEmbedder())
    with opened(built) as index:
        assert index.text(sha256) == ARTICLES["talks.txt"]


def test_an_open_index_outlives_two_runs(built: Settings) -> None:
    """A reader goes on with its generation while new ones are written, and sees by the pointer that there is one."""
    with opened(built) as index:
        for number in range(2):
            write(built, "new.txt", f"Version {number}.")
            refresh(built, BagOfWordsEmbedder())
        assert index.generation == "gen-0001" != current_generation(built.index) == "gen-0003"
        assert len(index.search([1.0] * 256, 9)) == 3


def test_threads_share_an_index(built: Settings) -> None:
    """Searches from several threads give what one gives."""
    with opened(built) as index:
        expected = index.search([1.0] * 256, 3)
        found: list[bool] = []
        threads = [
            threading.Thread(target=lambda: found.extend(index.search([1.0] * 256, 3) == expected for _ in range(20)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [True] * 80


def test_closing_twice(built: Settings) -> None:
    """Closing again does nothing, and another reader of the same store is not disturbed."""
    other, index = opened(built), opened(built)
    index.close()
    index.close()
    assert len(other.search([1.0] * 256, 9)) == 3
    other.close()


def test_the_folder_of_the_person_is_left_alone(
    built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `.env` in the working folder that speaks to Chroma changes nothing, and a relative path is the same index."""
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=nonsense\nPERSIST_DIRECTORY=elsewhere\nMIGRATIONS=none\n")
    monkeypatch.chdir(tmp_path)
    relative = Settings(corpus="corpus", index="index/../index")
    with opened(built), opened(relative) as index:
        assert index.count == 3


def test_a_foreign_env_file_that_chroma_cannot_read(tmp_path: Path) -> None:
    """A value in `.env` that stops Chroma's import is named, with the file."""
    (tmp_path / ".env").write_text("CHROMA_SERVER_NOFILE=many")
    script = "from pathlib import Path; from rag.store import Store; Store(Path('store'), 'footnote', None)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stderr.splitlines()[-1]
    assert "SettingsError: Chroma does not accept CHROMA_SERVER_NOFILE" in last
    assert str(tmp_path / ".env") in last


# What is refused


def _replace(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None  # type: ignore[func-returns-value]


def _scribble(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(size // 4))


def _segment(folder: Path) -> Path:
    return next(path for path in (folder / "chroma").iterdir() if path.is_dir())


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _edit_row(folder: Path) -> None:
    import sqlite3

    with sqlite3.connect(folder / "chroma" / "chroma.sqlite3") as database:
        database.execute("UPDATE embedding_metadata SET string_value = 'forged' WHERE key = 'chroma:document'")
    database.close()


def _edit_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace("talks.txt", "walks.txt"), encoding="utf-8")


def _newer_schema(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(
        json.dumps({**json.loads(path.read_text(encoding="utf-8")), "schema_version": 99}), encoding="utf-8"
    )


DAMAGES = [
    pytest.param(lambda f: (f / "chroma/chroma.sqlite3").unlink(), "chroma.sqlite3", id="database deleted"),
    pytest.param(_replace("chroma/chroma.sqlite3", b""), "chroma.sqlite3", id="database empty"),
    pytest.param(_replace("chroma/chroma.sqlite3", b"garbage" * 999), "chroma.sqlite3", id="database garbage"),
    pytest.param(lambda f: _truncate(f / "chroma/chroma.sqlite3"), "chroma.sqlite3", id="database truncated"),
    pytest.param(lambda f: _scribble(f / "chroma/chroma.sqlite3"), "chroma.sqlite3", id="database scribbled"),
    pytest.param(_edit_row, "chroma.sqlite3", id="database row forged"),
    pytest.param(lambda f: shutil.rmtree(f / "chroma"), "/chroma/", id="store deleted"),
    pytest.param(lambda f: shutil.rmtree(f / "bm25"), "bm25", id="BM25 deleted"),
    pytest.param(lambda f: _scribble(f / "bm25/data.csc.index.npy"), "bm25", id="BM25 scribbled"),
    pytest.param(lambda f: (f / "passages.json").unlink(), "passages.json", id="ids deleted"),
    pytest.param(_replace("passages.json", b"[]"), "passages.json", id="ids changed"),
    pytest.param(lambda f: (f / "manifest.json").unlink(), "manifest.json", id="manifest deleted"),
    pytest.param(_replace("manifest.json", b'{"schema_version": 1'), "manifest.json", id="manifest truncated"),
    pytest.param(_replace("manifest.json", b"\xff\xfe\x00"), "manifest.json", id="manifest no text"),
    pytest.param(_replace("manifest.json", b"[]"), "manifest.json", id="manifest of another form"),
    pytest.param(_edit_manifest, "manifest.json", id="manifest edited"),
    pytest.param(_newer_schema, "schema 99", id="manifest of a newer release"),
    pytest.param(lambda f: shutil.rmtree(f / "texts"), "text of", id="texts deleted"),
    pytest.param(lambda f: next((f / "texts").iterdir()).unlink(), "text of", id="one text deleted"),
    pytest.param(shutil.rmtree, "manifest.json", id="generation deleted"),
    pytest.param(_replace("../CURRENT", b""), "CURRENT", id="pointer empty"),
    pytest.param(_replace("../CURRENT", b"../../elsewhere"), "CURRENT", id="pointer to elsewhere"),
    pytest.param(_replace("../CURRENT", b"\xff\xfe"), "CURRENT", id="pointer no text"),
    pytest.param(lambda f: (f.parent / "CURRENT").unlink(), "no index", id="pointer deleted"),
]


@pytest.mark.parametrize(("damage", "named"), DAMAGES)
def test_damage_is_named_and_repaired(built: Settings, damage: Callable[[Path], object], named: str) -> None:
    """A damaged index is refused with what is wrong and the next command, and a run builds it again from scratch."""
    damage(generation(built))
    with pytest.raises(IndexDamagedError, match="python -m rag index") as refused:
        opened(built)
    assert named in str(refused.value)
    embedder = BagOfWordsEmbedder()
    refresh(built, embedder)
    assert len(embedder.embedded) == 3
    assert_sound(built)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(shutil.rmtree, id="graph deleted"),
        pytest.param(lambda graph: (graph / "index_metadata.pickle").unlink(), id="pickle deleted"),
        pytest.param(lambda graph: _scribble(graph / "index_metadata.pickle"), id="pickle scribbled"),
        pytest.param(lambda graph: (graph / "data_level0.bin").unlink(), id="vectors deleted"),
        pytest.param(lambda graph: _truncate(graph / "data_level0.bin"), id="vectors truncated"),
        pytest.param(lambda graph: _scribble(graph / "data_level0.bin"), id="vectors scribbled"),
        pytest.param(lambda graph: (graph / "header.bin").write_bytes(b""), id="header empty"),
        pytest.param(lambda graph: _truncate(graph / "link_lists.bin"), id="links truncated"),
    ],
)
def test_a_damaged_graph_is_never_opened(large: Settings, tmp_path: Path, damage: Callable[[Path], object]) -> None:
    """Chroma would lose vectors without a word or crash the interpreter; the manifest tells before it is asked."""
    shutil.copytree(large.index, tmp_path / "index")
    settings = Settings(corpus=large.corpus, index=tmp_path / "index")
    damage(_segment(generation(settings)))
    with pytest.raises(IndexDamagedError, match="not what was written"):
        opened(settings)


def test_a_changed_text_is_not_quoted(built: Settings) -> None:
    """A text that is not the one of its hash is refused when it is asked for."""
    with opened(built) as index:
        sha256 = index.document("talks.txt").sha256
    (generation(built) / "texts" / f"{sha256}.txt").write_text("Forged.")
    with opened(built) as index, pytest.raises(IndexDamagedError, match=sha256):
        index.document("talks.txt")


@pytest.mark.parametrize(
    ("attribute", "value", "named"),
    [
        pytest.param("name", "another model", "another model", id="another embedder"),
        pytest.param("fingerprint", "0" * 64, "0" * 64, id="the same name and dimension, other files"),
    ],
)
def test_another_embedder(built: Settings, attribute: str, value: str, named: str) -> None:
    """Vectors of two embedders are never mixed: the index is refused, and a run embeds everything again."""
    other = BagOfWordsEmbedder()
    setattr(other, attribute, value)
    with pytest.raises(IndexDamagedError, match=named):
        opened(built, other)
    report = refresh(built, other)
    assert (report.embedded, report.unchanged, report.generation) == (3, 3, "gen-0002")
    with opened(built, other) as index:
        assert index.count == 3


@pytest.mark.parametrize("name", ["rag.index.PASSAGE_VERSION", "rag.index.DISTANCE"])
def test_other_code(built: Settings, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """An index whose passages another version of the code made is refused."""
    monkeypatch.setattr(name, "another")
    with pytest.raises(IndexDamagedError, match="another"):
        opened(built)


def test_no_index(settings: Settings) -> None:
    """A folder without an index says how to make one."""
    with pytest.raises(IndexDamagedError, match=r"There is no index in .*python -m rag index"):
        opened(settings)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_place_that_is_no_folder(settings: Settings, tmp_path: Path, place: str) -> None:
    """An index cannot be where a file is."""
    (tmp_path / "file").write_text("x")
    wrong = Settings(corpus=settings.corpus, index=tmp_path / place)
    with pytest.raises(IndexDamagedError, match="cannot be written"):
        refresh(wrong, BagOfWordsEmbedder())


# One writer, and what a run leaves that does not come to its end


def start(settings: Settings, then: str) -> subprocess.Popen[str]:
    """A run in another process that has begun to embed."""
    command = [sys.executable, "-c", RUN.format(then=then), str(settings.corpus), str(settings.index)]
    root = Path(__file__).parent.parent
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "embedding\n"
    return process


def test_a_second_writer_is_told_to_wait(built: Settings) -> None:
    """While another process writes, a run is refused, says who writes, and readers go on."""
    write(built, "new.txt", "Umerov spoke.")
    process = start(built, "sys.stdin.read()")
    try:
        with pytest.raises(IndexLockedError, match=f"written by process {process.pid}; wait"):
            refresh(built, BagOfWordsEmbedder())
        assert first_found(built, "mood tense") == "talks.txt"
    finally:
        process.communicate("")
    assert process.returncode == 0
    assert refresh(built, BagOfWordsEmbedder()).generation == "gen-0002"


def test_a_writer_in_the_same_process(built: Settings) -> None:
    """The lock holds between threads as well."""
    write(built, "new.txt", "Umerov spoke.")
    with writing(built.index), pytest.raises(IndexLockedError, match=str(os.getpid())):
        refresh(built, BagOfWordsEmbedder())


def test_a_killed_run(built: Settings) -> None:
    """After kill -9 the old generation serves, and the next run clears up and completes."""
    write(built, "new.txt", "Umerov spoke.")
    process = start(built, "os.kill(os.getpid(), signal.SIGKILL)")
    assert process.wait() == -signal.SIGKILL
    process.communicate()
    assert (built.index / "gen-0002").is_dir()
    assert current_generation(built.index) == "gen-0001"
    assert_sound(built)
    assert refresh(built, BagOfWordsEmbedder()).added == ("new.txt",)
    assert sorted(path.name for path in built.index.glob("gen-*")) == ["gen-0001", "gen-0002"]
    assert_sound(built)


STEPS = [
    "rag.generation.Generation._write_texts",
    "rag.generation.Lexical.save",
    "rag.generation.Store.add",
    "rag.generation.Store.unfound",
    "rag.generation.digests",
    "rag.generation.write_manifest",
    "rag.generation.sync_tree",
    "rag.generation.point_to",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_fails_at_any_step(built: Settings, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """A full disk at any step is named, the old generation serves on, and the next run completes."""
    write(built, "new.txt", "Umerov spoke.")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(step, full)
        with pytest.raises(IndexDamagedError, match="No space left on device"):
            refresh(built, BagOfWordsEmbedder())
    assert current_generation(built.index) == "gen-0001"
    assert_sound(built)
    assert refresh(built, BagOfWordsEmbedder()).added == ("new.txt",)
    assert_sound(built)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("out of memory")])
def test_an_interrupted_embedder(built: Settings, error: BaseException) -> None:
    """Ctrl-C and an embedder that fails leave nothing behind but the old generation."""

    class Failing(BagOfWordsEmbedder):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            raise error

    write(built, "new.txt", "Umerov spoke.")
    with pytest.raises((KeyboardInterrupt, IndexDamagedError)):
        refresh(built, Failing())
    assert [path.name for path in built.index.glob("gen-*")] == ["gen-0001"]
    assert_sound(built)


def test_passages_that_search_does_not_find(built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generation whose audit fails, with a wide graph too, is not published."""
    write(built, "new.txt", "Umerov spoke.")
    monkeypatch.setattr("rag.generation.Store.unfound", lambda store, ids: {ids[0]})
    with pytest.raises(IndexDamagedError, match="does not find 1 of 4 passages"):
        refresh(built, BagOfWordsEmbedder())
    assert current_generation(built.index) == "gen-0001"


def test_a_few_of_many_passages_may_be_missed(built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of a thousand that the widest graph misses stops nothing: it is found by its words."""
    write(built, "many.txt", "\n\n".join(f"Witness {number} spoke of boat {number}. " * 22 for number in range(1200)))
    monkeypatch.setattr("rag.generation.Store.unfound", lambda store, ids: {ids[0]})
    assert refresh(built, BagOfWordsEmbedder()).added == ("many.txt",)


# On a server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server on this machine."""
    import socket
    import time
    import urllib.request

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).parent / "chroma"
    command = [program, "run", "--path", tmp_path_factory.mktemp("server"), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/api/v2/heartbeat").close()
            break
        except OSError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait()


def test_an_index_on_a_server(settings: Settings, server: str) -> None:
    """The collections live on the server, one for each kept generation, under the same manifest and swap."""
    import chromadb

    remote = Settings(corpus=settings.corpus, index=settings.index, chroma_url=server)
    for number in range(3):
        write(settings, "new.txt", f"Version {number}.")
        assert refresh(remote, BagOfWordsEmbedder()).embedded == (4 if number == 0 else 1)
    assert refresh(remote, BagOfWordsEmbedder()).embedded == 0
    assert_sound(remote)
    names = [collection.name[-8:] for collection in chromadb.HttpClient(port=int(server[-5:])).list_collections()]
    assert sorted(names) == ["gen-0002", "gen-0003"]
    with pytest.raises(IndexDamagedError, match="on a Chroma server, the settings ask for inside its folder"):
        opened(settings)


def test_a_server_that_is_not_there(settings: Settings) -> None:
    """An unreachable server is one sentence with the address, and nothing is left in the folder."""
    remote = Settings(corpus=settings.corpus, index=settings.index, chroma_url="http://127.0.0.1:9")
    with pytest.raises(IndexDamagedError, match=r"server at http://127.0.0.1:9 cannot be used .*FOOTNOTE_CHROMA_URL"):
        refresh(remote, BagOfWordsEmbedder())
    assert list(settings.index.glob("gen-*")) == []


def test_what_a_killed_run_left_is_cleared(built: Settings) -> None:
    """A run that finds nothing changed removes the folders of runs that were killed after their swap."""
    for number in (2, 3):
        write(built, "more.txt", f"Ukraine and Russia met {number} times.")
        refresh(built, BagOfWordsEmbedder())
    shutil.copytree(built.index / "gen-0002", built.index / "gen-0001")
    report = refresh(built, BagOfWordsEmbedder())
    assert (report.embedded, report.generation) == (0, "gen-0003")
    assert sorted(path.name for path in built.index.glob("gen-*")) == ["gen-0002", "gen-0003"]
