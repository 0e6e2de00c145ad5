"""Documents of the readers' own: what is taken, what is refused, who sees it, and when it goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app import build_app
from page import uploads as uploads_module
from page.guard import UPLOAD_LIMIT
from page.uploads import UploadError, Uploads
from rag.chatbot import Chatbot
from rag.settings import Settings
from tests.fake_chatbot import FakeChatbot
from tests.test_chatbot import ARTICLE, make_bot

OWN = b"Rustem Umerov met the press in Ankara. A museum of carpets opened there.\n"
ADA, BOB = "ada's own session token", "bob's own session token"


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    return make_bot(tmp_path_factory.mktemp("articles"), talks=ARTICLE)


@pytest.fixture
def uploads(articles: Chatbot, tmp_path: Path) -> Iterator[Uploads]:
    made = Uploads(articles, tmp_path / "index", "session")
    yield made
    made.close()


def cited(uploads: Uploads, key: str, question: str) -> list[str]:
    """The documents that the answer cites, each quote true to its document."""
    bot = uploads.bot(key)
    answer = bot.ask(question)
    for citation in answer.citations:
        assert bot.document(citation.document).text[citation.start : citation.end] == citation.quote
    return [citation.document for citation in answer.citations]


def test_an_own_document_is_asked_beside_the_articles(uploads: Uploads) -> None:
    """Its session finds it, still finds the articles, and no other session sees it."""
    added = uploads.add(ADA, "notes.txt", OWN)
    assert (added.name, added.document, added.passages, added.bytes) == ("notes.txt", "uploads/notes.txt", 1, len(OWN))
    assert cited(uploads, ADA, "Who met the press in Ankara?") == ["uploads/notes.txt"]
    assert cited(uploads, ADA, "Who led Russia's delegation to the talks?") == ["talks.txt"]
    assert [document.id for document in uploads.bot(ADA).documents] == ["talks.txt", "uploads/notes.txt"]
    assert cited(uploads, BOB, "Who met the press in Ankara?") != ["uploads/notes.txt"]
    assert uploads.listed(BOB).uploads == ()
    with pytest.raises(KeyError):
        uploads.bot(BOB).document("uploads/notes.txt")


def test_the_stream_is_that_of_the_surer_answer(uploads: Uploads) -> None:
    """The stations come once, then only claims of the answer that is shown."""
    uploads.add(ADA, "notes.txt", OWN)
    events = list(uploads.bot(ADA).stream("Who met the press in Ankara?"))
    assert [event.station for event in events if event.kind == "station"] == ["resolve", "retrieve", "draft", "check"]
    assert {c.document for event in events for c in event.citations} == {"uploads/notes.txt"}
    assert events[-1].answer is not None


def test_a_draft_is_held_against_own_documents_too(uploads: Uploads) -> None:
    """What an own document says is supported by it, what the articles say by them, under numbers of their own."""
    uploads.add(ADA, "notes.txt", OWN)
    own, article = OWN.decode().split(". ")[0].rstrip(".") + ".", "Vladimir Medinsky led Russia's delegation."
    checked = uploads.bot(ADA).check(f"{own} {article}")
    assert [sentence.verdict for sentence in checked] == ["supported", "supported"]
    assert [sentence.citations[0].document for sentence in checked] == ["uploads/notes.txt", "talks.txt"]
    assert len({citation.number for sentence in checked for citation in sentence.citations}) == 2
    assert uploads.bot(BOB).check(own)[0].verdict == "absent"


def test_indexing_can_be_watched(uploads: Uploads, articles: Chatbot, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a document is embedded its session sees how far that is, and afterwards that nothing is under way."""
    seen: list[tuple[int, int]] = []
    embed = articles._models.embedder.embed_documents

    def watched(texts: list[str]) -> list[list[float]]:
        seen.append((uploads.listed(ADA).done, uploads.listed(ADA).total))
        return embed(texts)

    monkeypatch.setattr(articles._models.embedder, "embed_documents", watched)
    uploads.add(ADA, "long.txt", b"".join(b"The sign of matter %d is a key. " % number for number in range(2000)))
    assert seen[0][0] == 0
    assert seen[-1][0] > 0
    assert {total for _, total in seen} == {uploads.listed(ADA).uploads[0].passages}
    assert uploads.listed(ADA).total == 0


def test_a_document_is_replaced_and_removed(uploads: Uploads) -> None:
    """The same name again takes its place; removed, nothing of it is found or listed."""
    uploads.add(ADA, "notes.txt", OWN)
    uploads.add(ADA, "notes.txt", b"Nobody met anybody in Izmir.")
    assert [each.name for each in uploads.listed(ADA).uploads] == ["notes.txt"]
    assert uploads.bot(ADA).document("uploads/notes.txt").text == "Nobody met anybody in Izmir."
    assert uploads.remove(ADA, "notes.txt").uploads == ()
    assert uploads.remove(ADA, "../../talks.txt").uploads == ()
    with pytest.raises(KeyError):
        uploads.bot(ADA).document("uploads/notes.txt")


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ada\\notes.TXT", "notes.txt"),
        ("a\nb\x00\u202ec.md", "a_b__c.md"),
        ("...hidden.txt", "hidden.txt"),
        ("İstanbul notları.txt", "İstanbul notları.txt"),
        ("é" * 400 + ".txt", "é" * 58 + ".txt"),
        ('a<b>"c"|?*.txt', "a_b__c____.txt"),
        ("half \ud800.txt", "half _.txt"),
    ],
    ids=["traversal", "Windows path", "controls", "dots", "letters", "long", "signs", "surrogate"],
)
def test_a_name_becomes_a_safe_one(uploads: Uploads, name: str, stored: str) -> None:
    """Nothing of a name leads out of the folder, hides the file or breaks a line."""
    assert uploads.add(ADA, name, OWN).name == stored


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", OWN, "not of a type"),
        ("a.jsonl", b'{"id": "talks.txt", "text": "Forged."}', "not of a type"),
        ("", OWN, "not of a type"),
        ("a.txt", b"", "empty"),
        ("a.txt", bytes(range(256)) * 9, "binary"),
        ("a.pdf", b"no PDF", "damaged"),
        ("a.txt", b"x" * (uploads_module.FILE_LIMIT + 1), "larger than 10 MB"),
    ],
    ids=["program", "lines with ids", "no name", "empty", "binary", "no PDF", "large"],
)
def test_what_cannot_be_added_says_why(uploads: Uploads, name: str, content: bytes, said: str) -> None:
    """The reason is the one of a run of the index, the earlier documents stay, and nothing of it is kept."""
    uploads.add(ADA, "good.txt", OWN)
    with pytest.raises(UploadError, match=said):
        uploads.add(ADA, name, content)
    assert [each.name for each in uploads.listed(ADA).uploads] == ["good.txt"]
    assert cited(uploads, ADA, "Who met the press in Ankara?") == ["uploads/good.txt"]


def test_there_is_a_limit_to_files_and_bytes(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it a sentence says what to do; replacing one still works."""
    monkeypatch.setattr(uploads_module, "FILES", 2)
    uploads.add(ADA, "a.txt", b"One met here.")
    uploads.add(ADA, "b.txt", b"Two met here.")
    with pytest.raises(UploadError, match="2 documents already"):
        uploads.add(ADA, "c.txt", b"Three met here.")
    uploads.add(ADA, "b.txt", b"Two met there.")
    monkeypatch.setattr(uploads_module, "TOTAL_LIMIT", 30)
    with pytest.raises(UploadError, match="together"):
        uploads.add(ADA, "b.txt", b"Two met there and then.")


def test_a_session_s_documents_go_with_it(articles: Chatbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgotten, unused for too long, one session too many, or at the end: no file is left."""
    root = tmp_path / "index-uploads"

    def folders() -> int:
        return len(list(root.glob("session-*")))

    uploads = Uploads(articles, tmp_path / "index", "session")
    assert not root.exists()
    uploads.add(ADA, "a.txt", OWN)
    uploads.add(BOB, "a.txt", OWN)
    assert folders() == 2
    uploads.forget(ADA)
    assert folders() == 1
    monkeypatch.setattr(uploads_module, "_UNUSED", -1.0)
    uploads.listed(ADA)
    assert folders() == 0
    monkeypatch.setattr(uploads_module, "_UNUSED", 3600.0)
    monkeypatch.setattr(uploads_module, "_SESSIONS", 1)
    uploads.add(ADA, "a.txt", OWN)
    uploads.add(BOB, "a.txt", OWN)
    assert uploads.listed(ADA).uploads == ()
    assert folders() == 1
    uploads.close()
    assert folders() == 0


def test_what_a_killed_server_left_is_removed(articles: Chatbot, tmp_path: Path) -> None:
    """The next start clears the folders that no process owns, and leaves another server's alone."""
    (tmp_path / "index-uploads" / "session-dead" / "documents").mkdir(parents=True)
    living = Uploads(articles, tmp_path / "index", "session")
    living.add(ADA, "a.txt", OWN)
    Uploads(articles, tmp_path / "index", "session")
    assert len(list((tmp_path / "index-uploads").iterdir())) == 1
    assert cited(living, ADA, "Who met the press in Ankara?") == ["uploads/a.txt"]
    living.close()


def test_what_all_see_outlives_the_server(articles: Chatbot, tmp_path: Path) -> None:
    """In the scope `all` every session sees a document, after a restart too, until it is removed."""
    first = Uploads(articles, tmp_path / "index", "all")
    first.add(ADA, "a.txt", OWN)
    assert cited(first, BOB, "Who met the press in Ankara?") == ["uploads/a.txt"]
    first.close()
    second = Uploads(articles, tmp_path / "index", "all")
    assert cited(second, "", "Who met the press in Ankara?") == ["uploads/a.txt"]
    assert second.remove(BOB, "a.txt").uploads == ()


def test_it_can_be_switched_off(articles: Chatbot, tmp_path: Path) -> None:
    """Then the articles alone are asked."""
    uploads = Uploads(articles, tmp_path / "index", "off")
    with pytest.raises(UploadError, match="FOOTNOTE_UPLOADS"):
        uploads.add(ADA, "a.txt", OWN)
    assert uploads.bot(ADA) is articles


# --- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(articles: Chatbot, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(index=tmp_path / "index")
    with TestClient(build_app(articles, settings), base_url="http://127.0.0.1") as client:
        client.headers["x-footnote-tab"] = ADA
        yield client


def test_the_three_requests(client: TestClient) -> None:
    """Add, list and remove; another tab sees nothing; a reason comes with 422."""
    assert client.post("/uploads", params={"name": "a.txt"}, content=OWN).json()["document"] == "uploads/a.txt"
    listed = client.get("/uploads").json()
    assert [each["name"] for each in listed["uploads"]] == ["a.txt"]
    assert (listed["scope"], listed["total"], listed["file_limit"]) == ("session", 0, UPLOAD_LIMIT)
    assert client.get("/uploads", headers={"x-footnote-tab": BOB}).json()["uploads"] == []
    refused = client.post("/uploads", params={"name": "a.exe"}, content=OWN)
    assert (refused.status_code, "not of a type" in refused.json()["detail"]) == (422, True)
    assert client.post("/uploads", content=OWN, headers={"x-footnote-tab": "short"}).status_code == 422
    assert client.delete("/uploads", params={"name": "a.txt"}).json()["uploads"] == []


def test_another_site_adds_nothing(client: TestClient) -> None:
    """As with questions."""
    answer = client.post("/uploads?name=a.txt", content=OWN, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    """With 413 and a sentence, whether its length is declared or not."""
    with TestClient(build_app(FakeChatbot()), base_url="http://127.0.0.1") as client:
        declared = client.post("/uploads?name=a.txt", content=b"x" * (UPLOAD_LIMIT + 1))
        streamed = client.post("/uploads?name=a.txt", content=iter([b"x" * 1_000_000] * 11))
    assert [declared.status_code, streamed.status_code] == [413, 413]
    assert declared.json()["detail"] == "The file is larger than 10 MB. Split it."
