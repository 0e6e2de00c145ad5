"""A question that takes for granted what the documents deny is corrected, and no other."""

from __future__ import annotations

import pytest

from rag.premise import correction, presumed
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


def test_what_is_presumed_is_put_as_a_sentence() -> None:
    """The verb goes behind the subject."""
    reading = presumed("Why was the Danish minister, Lars Holm, late?")
    assert reading is not None
    assert reading.text == "The Danish minister, Lars Holm, was late."
