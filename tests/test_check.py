"""The checks that a candidate claim must pass."""

from __future__ import annotations

import pytest

from rag.check import check
from rag.check.text import hold
from rag.types import Candidate
from tests.build import make_evidence

EVIDENCE = make_evidence(
    "Ukraine's delegation was led by Rustem Umerov. He called for a full ceasefire.",
    title="The talks in Istanbul",
    date="2025-05-16",
)


@pytest.mark.parametrize(
    ("text", "numbers", "support"),
    [
        pytest.param("He called for a full ceasefire.", (2,), "verbatim", id="word for word"),
        pytest.param("Umerov called for a full ceasefire.", (2,), "checked", id="a name from the sentence before"),
        pytest.param("Umerov asked for a ceasefire on 16 May 2025.", (2,), "checked", id="the date counts"),
        pytest.param("Medinsky called for a full ceasefire.", (2,), "verbatim", id="another person: repaired"),
        pytest.param("Russia called for a full ceasefire.", (2,), "verbatim", id="another party: repaired"),
        pytest.param("Umerov asked for a ceasefire on 17 May 2025.", (2,), "verbatim", id="another date: repaired"),
        pytest.param("He called for a full ceasefire.", (3,), None, id="a number that no sentence has"),
        pytest.param("He called for a full ceasefire.", (), None, id="no pointer"),
        pytest.param("  ", (2,), None, id="nothing said"),
    ],
)
def test_a_claim_passes_or_is_dropped(text: str, numbers: tuple[int, ...], support: str | None) -> None:
    """What a claim says must stand in the evidence; else the evidence itself is shown."""
    checked = check([Candidate(text, numbers)], EVIDENCE)
    assert [claim.supported_by for claim in checked] == ([support] if support else [])


REPORT = make_evidence(
    "Norway's delegation was led by its trade minister, Ingrid Solberg. She called for a fair quota. "
    "The Danish prime minister, Lars Holm, did not come to Tromsø. "
    "Iceland says that 300 boats were seized near the islands. The talks, held on 4 June 2021, may lead to a treaty. "
    "No agreement was expected.",
    title="Fishing talks in Tromsø",
    date="2021-06-05",
)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        pytest.param("Ingrid Solberg headed the Norwegian delegation.", "supported", id="other words"),
        pytest.param("The delegation of Norway was headed by Solberg.", "supported", id="the passive"),
        pytest.param("Solberg demanded a fair quota.", "supported", id="a pronoun's antecedent"),
        pytest.param("Lars Holm stayed away from Tromsø.", "absent", id="not known to mean the same"),
        pytest.param("The talks were held on June 4, 2021.", "supported", id="a date written otherwise"),
        pytest.param("According to Iceland, three hundred boats were seized.", "supported", id="a number in words"),
        pytest.param("Lars Holm led Norway's delegation.", "contradicted", id="another person"),
        pytest.param("Ingrid Solberg led Denmark's delegation.", "contradicted", id="another side"),
        pytest.param("Lars Holm came to Tromsø.", "contradicted", id="a denial dropped"),
        pytest.param("Ingrid Solberg did not call for a fair quota.", "contradicted", id="a denial added"),
        pytest.param("The talks were held on 14 June 2021.", "contradicted", id="another day"),
        pytest.param("Iceland says that 500 boats were seized near the islands.", "contradicted", id="another number"),
        pytest.param("Norway says that 300 boats were seized near the islands.", "contradicted", id="another speaker"),
        pytest.param("300 boats were seized near the islands.", "absent", id="a speaker dropped"),
        pytest.param("The talks led to a treaty.", "absent", id="a doubt dropped"),
        pytest.param("There was no agreement.", "absent", id="what was only expected"),
        pytest.param("Lars Holm called for a fair quota.", "contradicted", id="two sentences merged"),
        pytest.param("The fleet sailed home in silence.", "absent", id="nothing of the kind"),
    ],
)
def test_a_sentence_of_the_users_is_held_against_the_evidence(text: str, verdict: str) -> None:
    """What is in the evidence is supported, what stands there otherwise contradicted, anything else absent."""
    (held,) = hold(text, lambda _: REPORT)
    assert held.verdict == verdict, held.reasons
    assert bool(held.reasons) == (verdict != "supported")


def test_a_pronoun_is_looked_up_in_the_sentence_before() -> None:
    """A draft's second sentence may say "he" or "she" of the one that the first names."""
    verdicts = [held.verdict for held in hold("Lars Holm is Danish. She called for a fair quota.", lambda _: REPORT)]
    assert verdicts[-1] == "contradicted"


def test_nothing_found_is_absent() -> None:
    """Without evidence nothing is supported, and nothing is an error."""
    (held,) = hold("Ingrid Solberg led the delegation.", lambda _: ())
    assert (held.verdict, held.evidence) == ("absent", ())


def test_a_wrong_claim_is_replaced_by_its_sentence_where_that_answers() -> None:
    """A drafted sentence with a wrong name gives way to the words that it pointed at."""
    question = "Who led Norway's delegation?"
    (claim,) = check([Candidate("Lars Holm led Norway's delegation.", (1,))], REPORT, question)
    assert (claim.text, claim.supported_by) == (REPORT[0].sentence.text, "verbatim")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        pytest.param("Who led Sweden's delegation?", "Ingrid Solberg led Norway's delegation.", id="another country"),
        pytest.param("Who led Norway's delegation?", "Norway's delegation was led.", id="nothing but the question"),
    ],
)
def test_what_does_not_answer_is_dropped(question: str, text: str) -> None:
    """True is not enough: a claim must answer what was asked."""
    assert check([Candidate(text, (1,))], REPORT, question) == ()


def test_several_sentences_may_bear_out_a_claim_together() -> None:
    """What one of them does not say another does."""
    text = "Ingrid Solberg led Norway's delegation and called for a fair quota."
    assert [claim.supported_by for claim in check([Candidate(text, (1, 2))], REPORT)] == ["checked"]


@pytest.mark.parametrize(
    ("candidate", "agreed", "shown"),
    [
        pytest.param(Candidate(REPORT[2].sentence.text, (3,)), False, False, id="copied beside the point"),
        pytest.param(Candidate(REPORT[0].sentence.text, (1,)), True, True, id="copied, and the reader agrees"),
        pytest.param(Candidate(REPORT[4].sentence.text, (5,)), True, False, id="it does not speak of what is named"),
        pytest.param(Candidate(REPORT[2].sentence.text, (3,), "Lars Holm"), False, True, id="the reader's own"),
        pytest.param(
            Candidate("Lars Holm led Norway's delegation.", (1,)), False, False, id="a repair nobody asked for"
        ),
        pytest.param(Candidate("Lars Holm led Norway's delegation.", (1,)), True, True, id="a repair that answers"),
        pytest.param(Candidate("Solberg led Norway's delegation.", (1,)), True, True, id="reworded"),
        pytest.param(
            Candidate("Solberg led Norway's delegation.", (1,)), False, False, id="reworded, beside the point"
        ),
    ],
)
def test_a_sentence_of_the_documents_must_answer_too(candidate: Candidate, agreed: bool, shown: bool) -> None:
    """True is not enough: what a chat model copies, or what replaces its words, the reader must take for an answer."""
    claims = check([candidate], REPORT, "Who led Norway's delegation?", agrees=lambda item: agreed)
    assert bool(claims) == shown


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        pytest.param("Norway's delegation was led by Ingrid Solborg.", "contradicted", id="a last name"),
        pytest.param("Norway's delegation was led by Inge Solberg.", "contradicted", id="a first name"),
        pytest.param("Norway's delegation was led by I. Solberg.", "supported", id="an initial"),
        pytest.param("Norway's delegation was led by Solberg.", "supported", id="a last name alone"),
        pytest.param("Lars Holmy did not come to Tromsø.", "absent", id="an ending"),
    ],
)
def test_a_name_is_spelt_as_the_documents_spell_it(text: str, verdict: str) -> None:
    """A letter makes another person of it; what a user mistypes in a question is another matter."""
    (held,) = hold(text, lambda _: REPORT)
    assert held.verdict == verdict, held.reasons


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        pytest.param("Ingrid Solberg rejected a fair quota.", False, id="another act"),
        pytest.param("Ingrid Solberg advised Norway's delegation.", False, id="another part"),
        pytest.param("Solberg called for the end of a fair quota.", False, id="another wish"),
        pytest.param("At the head of the Norwegian delegation was its trade minister.", True, id="a light verb"),
        pytest.param("Nobody expected an agreement.", True, id="a denial moved"),
        pytest.param("In Solberg's view, 300 boats were seized near the islands.", False, id="another voice"),
        pytest.param("According to observers, 300 boats were seized.", False, id="another voice without a name"),
    ],
)
def test_what_is_done_must_be_said(text: str, verdict: bool) -> None:
    """The right names with another verb, another wish or another voice are no support."""
    (held,) = hold(text, lambda _: REPORT)
    assert (held.verdict == "supported") == verdict, held.reasons
