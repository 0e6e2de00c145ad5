"""The checks that a candidate claim must pass."""

from __future__ import annotations

import pytest

from rag.check import check, unaccounted
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
        pytest.param("Umerov asked for it in Istanbul on 16 May 2025.", (2,), "checked", id="title and date count"),
        pytest.param("Medinsky called for a full ceasefire.", (2,), None, id="another person"),
        pytest.param("Russia called for a full ceasefire.", (2,), None, id="another party"),
        pytest.param("Umerov asked for it on 17 May 2025.", (2,), None, id="another date"),
        pytest.param("He called for a full ceasefire.", (3,), None, id="a number that no sentence has"),
        pytest.param("He called for a full ceasefire.", (), None, id="no pointer"),
        pytest.param("  ", (2,), None, id="nothing said"),
    ],
)
def test_a_claim_passes_or_is_dropped(text: str, numbers: tuple[int, ...], support: str | None) -> None:
    """What a claim names must stand in the evidence or around it."""
    checked = check([Candidate(text, numbers)], EVIDENCE)
    assert [claim.supported_by for claim in checked] == ([support] if support else [])


def test_what_is_missing_is_named() -> None:
    """The values without evidence are given, for whoever has to say why."""
    assert unaccounted("Medinsky met Umerov in 2019.", EVIDENCE[:1]) == ("Medinsky", "2019")
