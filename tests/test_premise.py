"""A question that takes for granted what the documents deny is corrected, and no other."""

from __future__ import annotations

import pytest

from rag.premise import correction
from rag.presumed import presumed
from tests.build import make_evidence

EVIDENCE = make_evidence(
    "The prime minister of Norway, Ingrid Solberg, did not come to Tromsø. "
    "The Danish minister, Lars Holm, criticised the quota. The harbour lies on the northern shore of the fjord.",
    title="Fishing talks",
)


@pytest.mark.parametrize(
    ("question", "number"),
    [
        pytest.param("Why did Ingrid Solberg come to Tromsø?", 1, id="what did not happen"),
        pytest.param("Why did Lars Holm praise the quota?", 2, id="the contrary"),
        pytest.param("Why did Ingrid Solberg not come to Tromsø?", None, id="what is so"),
        pytest.param("Why did Lars Holm criticise the quota?", None, id="what is said"),
        pytest.param("Why did Lars Holm come to Tromsø?", None, id="another person"),
        pytest.param("Why did Ingrid Solberg sell her boat?", None, id="nothing is said of it"),
        pytest.param("Who came to Tromsø?", None, id="no why"),
        pytest.param("Why?", None, id="nothing presumed"),
    ],
)
def test_only_what_is_denied_is_corrected(question: str, number: int | None) -> None:
    """A wrong correction is worse than silence: the same people, and plainly not so or the contrary."""
    draft = correction(question, EVIDENCE, "reader")
    assert (draft.candidates[0].evidence if draft else None) == ((number,) if number else None)


ABSENT = make_evidence(
    "The ministers of the Baltic states met in Riga on 3 May 2023. The prime minister of Latvia, Anna Berzina, opened "
    "the meeting. Estonia's minister, Toomas Tamm, stayed away from the meeting. The Lithuanian minister, Jonas "
    "Petraitis, refused to sign the declaration. The dinner at the castle did not take place. The press conference was "
    "cancelled.",
    title="The Baltic meeting in Riga",
    date="2023-05-04",
)


@pytest.mark.parametrize(
    ("question", "number"),
    [
        pytest.param("Why did Toomas Tamm walk out of the meeting?", 3, id="walked out, who never came"),
        pytest.param("When did Tamm leave the meeting?", 3, id="left, who never came"),
        pytest.param("Where did Toomas Tamm sit at the meeting?", 3, id="sat, who never came"),
        pytest.param("How come Tamm left the meeting early?", 3, id="how come"),
        pytest.param("What did Tamm say when he opened the meeting in Riga?", 3, id="said when he opened"),
        pytest.param("Why did Petraitis sign the declaration?", 4, id="signed, who refused to"),
        pytest.param("When was the dinner at the castle held?", 5, id="the beginning of what did not take place"),
        pytest.param("When did the press conference begin?", 6, id="the time of what was cancelled"),
        pytest.param("Why did Anna Berzina open the meeting?", None, id="she did"),
        pytest.param("Why did Berzina leave the meeting?", None, id="she was there"),
        pytest.param("Why did Tamm stay away from the meeting?", None, id="he did"),
        pytest.param("Why did Tamm leave the meeting in Tallinn?", None, id="another place"),
        pytest.param("When did Tamm speak in Riga in 2019?", None, id="another year"),
        pytest.param("Why did Tamm criticise the declaration?", None, id="can be done from afar"),
        pytest.param("When did the meeting begin?", None, id="an event that took place"),
        pytest.param("Who led Sweden's delegation?", None, id="nothing is said of it"),
    ],
)
def test_what_cannot_have_happened_is_corrected(question: str, number: int | None) -> None:
    """Who was not there did nothing there; what did not take place neither began nor ended."""
    draft = correction(question, ABSENT, "reader")
    assert (draft.candidates[0].evidence if draft else None) == ((number,) if number else None)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Why was the Danish minister, Lars Holm, late?", "The Danish minister, Lars Holm, was late."),
        ("How come Lars Holm left early?", "Lars Holm left early."),
        ("When did Lars Holm leave?", "Lars Holm did leave."),
        ("What did Lars Holm say when he left the room?", "Lars Holm left the room."),
    ],
)
def test_what_is_presumed_is_put_as_a_sentence(question: str, text: str) -> None:
    """The verb goes behind the subject, and a pronoun's place is taken by whom it means."""
    assert [reading.text for reading in presumed(question)] == [text]
