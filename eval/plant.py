"""`python -m eval.plant`: plants one error into each true claim of `eval/claims.jsonl`, by rules, and prints what it made.

Each line is {"id", "kind", "text", "claim"}: the kind of edit, the edited text, and the claim that it was made from. The
rules know nothing of the check. What they make was read by hand; what still is true, or is no English, is named in
`eval/plant-rejected.txt` and left out of `eval/edits.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
CLAIMS, REJECTED, EDITS = FOLDER / "claims.jsonl", FOLDER / "plant-rejected.txt", FOLDER / "edits.jsonl"

_PERSONS = (
    "Rustem Umerov|Vladimir Medinsky|Vladimir Putin|Volodymyr Zelenskyy|Hakan Fidan|Marco Rubio|David Arakhamia"
    "|Dmytro Kuleba|Sergei Lavrov|Mevlüt Çavuşoğlu|Recep Tayyip Erdoğan|Garabet Balyan|Mustafa Kemal Atatürk"
).split("|")
_SIDES = {
    "Ukraine": "Russia", "Russia": "Ukraine", "Ukrainian": "Russian", "Russian": "Ukrainian", "Turkey": "Russia",
    "Turkish": "Ukrainian", "Türkiye": "Ukraine", "Moscow": "Kyiv", "US": "Russian", "United States": "United Kingdom",
    "U.S.": "Russian side", "Ukrainians": "Russians", "Americans": "Russians", "France": "Italy", 
}  # fmt: skip
_PLACES = {
    "Istanbul": "Antalya", "Antalya": "Istanbul", "Belarus": "Georgia", "Dolmabahçe Palace": "Topkapı Palace",
    "Gomel": "Minsk", "Bosphorus": "Danube", "Beşiktaş": "Kadıköy", "European": "Asian",
    "the palace": "the airport",
}  # fmt: skip
_NUMBERS = {
    "three": "five", "two": "four", "Both": "Neither of the", "fourth": "third", "4th": "6th", "Millions": "Thousands",
    "19th": "17th", "first": "third", "four": "nine", "twice": "three times", "second": "third",
    "both": "three",
}  # fmt: skip
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SPOKEN = re.compile(
    r"\b(?:said|says?|according|call(?:s|ed) for|demanded|wanted|asked|proposed|criticis\w+|stress\w*|underlined|raised"
    r"|believes?|view|To Zelenskyy|observers|brought up)\b",
    re.I,
)
_SPEAKERS = {
    "Ukraine says": "Russia says", "According to Ukraine": "According to Russia", "Umerov": "Medinsky",
    "Rustem Umerov": "Vladimir Medinsky", "Ukraine's defence minister": "Turkey's foreign minister",
    "The Ukrainian defence minister": "The Turkish foreign minister", "Zelenskyy": "Erdoğan",
    "Volodymyr Zelenskyy, the president of Ukraine": "Recep Tayyip Erdoğan, the president of Turkey",
    "Ukraine's president, Volodymyr Zelenskyy": "Turkey's foreign minister, Hakan Fidan",
    "Ukraine's president, Volodymyr Zelensky": "Turkey's president, Recep Tayyip Erdoğan",
    "The US side": "The Russian side", "In the US side's view": "In Russia's view", "the US side": "the Russian side",
    "The Americans": "The Russians", "International observers": "The two delegations", "Observers": "Both delegations",
    "The Ukrainian side, led by Umerov": "The Russian side, led by Medinsky",
}  # fmt: skip
_DENIED = (
    (r"\bdid not (\w+)", lambda m: _past(m[1])), (r"\bwas not\b", "was"), (r"\bwere not\b", "were"), (r"\bno (genuine)\b", r"\1"),
    (r"\bno breakthrough\b", "a breakthrough"), (r"\bNo breakthrough\b", "A breakthrough"), (r"\bNobody\b", "Everybody"),
    (r"\bno immediate\b", "an immediate"), (r"\bNo immediate\b", "An immediate"), (r"\bwithout an\b", "with an"),
    (r"\babsent from\b", "present in"), (r"\bdid, however, agree\b", "did not agree"), (r"\bfor not coming\b", "for coming"),
    (r"\b(was|were|is|are|could|may|must)\b(?! not)", r"\1 not"), (r"\bhas\b", "has not"),
)  # fmt: skip
_ACTED = re.compile(
    r"\b(called|criticised|led|headed|sent|met|raised|hosted|held|agreed|stressed|took|addressed|demanded|wanted|proposed"
    r"|ended|began|started|died|represented|lasted|became|launched|attended|served|underlined|asked|showed|brought)\b"
)
_HEDGES = (
    (r"\bUkraine says that ", ""), (r"\bAccording to Ukraine, ", ""), (r", Ukraine says,", ""), (r"\bmay lay\b", "will lay"),
    (r"\bcould lay\b", "will lay"), (r"\bmay prepare\b", "will prepare"), (r"\bare cautiously optimistic that\b", "know that"),
    (r"\bhope that the round may prepare\b", "report that the round has prepared"), (r"\bwas nevertheless seen as\b", "was"),
    (r"\bIt was seen as a hopeful sign for diplomacy that the two sides came in person\.", "The two sides coming in person was a hopeful sign for diplomacy."),
    (r"^In the US side's view, such", "Such"), (r"^According to the US side, a", "A"), (r"^The US side believes that a", "A"),
    (r"^In Zelenskyy's view, there", "There"), (r"^To Zelenskyy, ", ""), (r"\bNobody expected a\b", "There was no"), (r"^.*no breakthrough was expected\.", "The mood was tense, and there was no breakthrough."),
    (r"^No breakthrough was anticipated, and", "There was no breakthrough, and"), (r"\bcalled for a (full|complete) ceasefire.*$", r"secured a \1 ceasefire."),
    (r"\bdemanded a full\b", "obtained a full"), (r"\bcalled for Ukrainian children to be returned\b", "had Ukrainian children returned"),
    (r"\bproposed a (large|big) (.*)\.$", r"carried out a \1 \2."), (r"\bwas proposed by Umerov\b", "was carried out by Umerov"),
    (r"\bUmerov wanted Russian forces to leave\b", "Russian forces left"), (r"\basked that Russian troops leave\b", "saw Russian troops leave"),
    (r"\bagreed to keep talking\b", "kept talking"), (r"\bagreed to continue\b", "continued"), (r"\bdid, however, agree to go on\b", "did, however, go on"),
    (r"\bproposed exchanging\b", "exchanged"), (r"\bwas meant to underline\b", "underlined"), (r"\bstressed that a settlement of the war was urgently needed\b", "settled the war urgently"),
    (r"\bThe US side stressed the urgent need for a settlement of\b", "The US side settled"), (r"\bThe purpose of that meeting was to underline\b", "That meeting secured"),
    (r"\bUmerov's stance included\b", "The talks brought"), (r"\bUmerov called for a full ceasefire and for\b", "There was a full ceasefire, and"),
    (r"\bsuch a settlement must respect\b", "such a settlement respects"), (r"\ba settlement must respect\b", "a settlement respects"),
)  # fmt: skip
_VERB = re.compile(
    r" (?=(?:was|were|is|are|did|had|has|led|headed|called|criticised|met|sent|hosted|represented|demanded|wanted|proposed"
    r"|died|began|started|addressed|stands|served|spoke|raised|attended|held|also|lasted|launched|stressed|agreed|took) )"
)


def _past(verb: str) -> str:
    return {"come": "came", "travel": "travelled", "produce": "produced"}.get(verb, f"{verb}ed")


def plant(claims: Sequence[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Every edit that the rules make of the claims, one error each, no text twice and none that is a claim."""
    seen = {claim["text"] for claim in claims}
    for edit in _planted(claims):
        if edit["text"] not in seen:
            seen.add(edit["text"])
            yield edit


def _planted(claims: Sequence[dict[str, str]]) -> Iterator[dict[str, str]]:
    for claim in claims:
        for kind, rule in _RULES.items():
            for number, text in enumerate(dict.fromkeys(rule(claim["text"]))):
                yield {"id": f"{claim['id']}-{kind}-{number}", "kind": kind, "text": text, "claim": claim["id"]}
    yield from _merged(claims)


def _swapped(text: str, swaps: dict[str, str]) -> Iterator[str]:
    for old, new in sorted(swaps.items(), key=lambda swap: -len(swap[0])):
        if re.search(rf"(?<!\w){re.escape(old)}(?!\w)", text) and not re.search(rf"\b{re.escape(new)}\b", text):
            yield re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text, count=1)


def _person(text: str) -> Iterator[str]:
    for person in _PERSONS:
        last = person.split()[-1]
        found = re.search(rf"(?<!\w){person}(?!\w)", text) or re.search(rf"(?<!\w){last}(?!\w)", text)
        if found:
            others = [other for other in _PERSONS if other.split()[-1] not in text]
            other = others[zlib.crc32((text + person).encode()) % len(others)]
            yield text[: found.start()] + (other if " " in found[0] else other.split()[-1]) + text[found.end() :]


def _date(text: str) -> Iterator[str]:
    for found in re.finditer(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{4}\b|\b\d{1,2}(?= (?:%s))|(?<= )\d{1,2}(?=, \d{4})" % _MONTHS, text):
        year = found[0]
        new = str(int(year) + (7 if len(year) == 4 else 3 if int(year) < 27 else -3)) if year.isdigit() else "2025-06-18"
        yield text[: found.start()] + new + text[found.end() :]
    for found in re.finditer(rf"\b(?:{_MONTHS})\b", text):
        months = _MONTHS.split("|")
        yield text[: found.start()] + months[(months.index(found[0]) + 5) % 12] + text[found.end() :]


def _negation(text: str) -> Iterator[str]:
    for pattern, new in _DENIED:
        if re.search(pattern, text):
            yield re.sub(pattern, new, text, count=1)
            return
    if found := _ACTED.search(text):
        yield f"{text[: found.start()]}did not {_plain(found[1])}{text[found.end() :]}"


def _plain(past: str) -> str:
    irregular = {
        "led": "lead", "sent": "send", "met": "meet", "held": "hold", "took": "take", "began": "begin", "became": "become",
        "hosted": "host", "started": "start", "lasted": "last", "ended": "end", "represented": "represent", "demanded": "demand",
        "wanted": "want", "asked": "ask", "headed": "head", "attended": "attend", "called": "call", "launched": "launch",
        "stressed": "stress", "addressed": "address", "underlined": "underline", "showed": "show", "brought": "bring",
    }  # fmt: skip
    return irregular.get(past, past[:-1])


def _speaker(text: str) -> Iterator[str]:
    if _SPOKEN.search(text):
        for text_ in _swapped(text, _SPEAKERS):
            yield text_
            return


def _hedge(text: str) -> Iterator[str]:
    for pattern, new in _HEDGES:
        if re.search(pattern, text):
            edited = re.sub(pattern, new, text, count=1)
            yield edited[:1].upper() + edited[1:]


def _merged(claims: Sequence[dict[str, str]]) -> Iterator[dict[str, str]]:
    """One claim's subject with what another one says of its own, both persons or parties; and dates likewise."""
    parted = [(claim, *_parted(claim["text"])) for claim in claims]
    for place, (claim, subject, kind, _, day) in enumerate(parted):
        others = [item for item in parted[place + 9 :] + parted[:place] if kind and item[2] == kind]
        strangers = [item[3] for item in others if not _share_a_name(subject, item[0]["text"])]
        texts = [f"{subject} {said}" for said in strangers[:2]]
        dated = [item[0]["text"] for item in parted[place + 5 :] + parted[:place] if item[4] and item[4] != day]
        texts += [f"{day}{text[len(_DAY.match(text)[0]) :]}" for text in dated[:1] if day]  # type: ignore[index]
        for number, text in enumerate(texts):
            yield {"id": f"{claim['id']}-merged-{number}", "kind": "merged", "text": text, "claim": claim["id"]}


_DAY = re.compile(r"(?:On|In) [^,]*\d{4},? ")


def _parted(text: str) -> tuple[str, str, str, str]:
    """The subject of a claim, what it is (a person, a party, "" for others), what is said, its date."""
    day = _DAY.match(text)
    verb = _VERB.search(text)
    if not verb or day:
        return text, "", "", day[0] if day else ""
    subject = text[: verb.start()]
    plural = re.match(r"(?:were|are|have)\b", text[verb.end() :])
    if plural or subject.count(",") == 1:
        return subject, "", "", ""
    if any(person.split()[-1] in subject.split()[-1] for person in _PERSONS):
        return subject, "person", text[verb.end() :], ""
    kinds = {"delegation": "party", "side": "party", "team": "party"}
    kind = kinds.get(subject.split()[-1], "")
    return subject, kind, text[verb.end() :], ""


def _share_a_name(subject: str, text: str) -> bool:
    names = re.findall(r"[A-ZÇİ]\w+", subject.removeprefix("The "))
    return any(name in text for name in names)


_RULES: dict[str, Callable[[str], Iterator[str]]] = {
    "speaker": _speaker,
    "person": _person,
    "side": lambda text: _swapped(text, _SIDES),
    "place": lambda text: _swapped(text, _PLACES),
    "number": lambda text: _swapped(text, _NUMBERS),
    "date": _date,
    "negation": _negation,
    "hedge": _hedge,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the edits that the rules make; with --write, write those not rejected to `edits.jsonl`."""
    parser = argparse.ArgumentParser(prog="python -m eval.plant", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write eval/edits.jsonl, without what was rejected by hand")
    options = parser.parse_args(arguments)
    claims = [json.loads(line) for line in CLAIMS.read_text("utf-8").splitlines()]
    rejected = {line.split()[0] for line in REJECTED.read_text("utf-8").splitlines() if line and line[0] != "#"}
    kept = [json.dumps(edit, ensure_ascii=False) for edit in plant(claims) if edit["id"] not in rejected]
    if options.write:
        EDITS.write_text("\n".join(kept) + "\n", "utf-8")
        print(f"{len(kept)} edits in {EDITS.name}")
    else:
        print("\n".join(kept))
    return 0


if __name__ == "__main__":
    sys.exit(main())
