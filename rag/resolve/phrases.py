"""What a text speaks of without a name of its own: "the palace", "Russia's delegation", "the talks of 16 May 2025"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.resolve.names import Kind, Mention, names, plain
from rag.resolve.verbs import AUXILIARIES, is_verb

_EVENTS = frozenset(
    """
    agreement attack battle campaign ceremony championship concert conference conflict congress coup crash crisis
    debate disaster earthquake election elections epidemic event events exhibition expedition explosion festival final
    fire flood game games hearing hurricane incident invasion match meeting meetings mission murder negotiation
    negotiations operation outbreak pandemic process project protest protests race rebellion referendum revolution riot
    riots round season session siege storm strike summit talk talks tour tournament treaty trial trip uprising vote war
    """.split()
)
_ROLES = re.compile(
    r"^(?:man|woman|person|boy|girl|father|mother|brother|sister|son|daughter|wife|husband|king|queen|prince|princess"
    r"|emperor|sultan|pope|hero|author|poet|artist|architect|chef|host|winner|champion|president|minister|secretary"
    r"|chancellor|adviser|ambassador|senator|governor|mayor|general|judge|coach|captain|doctor|lawyer|scientist"
    r"|engineer|musician|student|professor|actor|actress|singer|writer|player|leader|director|producer|founder|owner"
    r"|inventor|teacher|spokesman|spokeswoman|chairman|officer|[a-z]{3,}ist)s?$"
)
_STOPS = AUXILIARIES | frozenset(
    """
    a about after again against all also although an and any anywhere are around as at away back because before between
    both but by during each either else ever every for from he her here him his how i if in inside instead into it its
    just like me more most my near never next no nor not now of off on once only or other others our out over per she
    same-day since so some still than that the their them then there these they this those through to today together
    too toward towards under until up upon us very we what when where whether which while who whom whose why with
    within without yet you your please exactly really later earlier ago
    """.split()
)
_DETERMINER = re.compile(
    r"(?<![\w’'])(?P<determiner>the|this|that|these|those|both|his|her|its|their|an?|"
    r"(?:(?:the )?[^\W\d_][\w.-]*(?: [^\W\d_a-z][\w.-]*)*(?:['’]s|s['’])(?: and (?=[^ ]+['’]s))?)+)\s+(?=[^\W\d_])",
    re.I,
)
_BARE_NOUN = re.compile(
    r"(?:\b(?:of|for|about|with|between|on|in)|^(?:wh\w+|how)(?: \w+)? (?:is|are|was|were|does|do|did)|^(?:is"
    r"|are|was|were|does|do|did)) (?=[a-z])",
    re.I,
)
_OF = re.compile(r" (?:of|in|on|between|for|against|about|from|at) (?=[^\W_])")
_MODIFIERS = 4  # words of a phrase, its head included


def phrases(text: str, known: Sequence[Mention] = ()) -> list[Mention]:
    """The common noun phrases of `text` that start with a determiner, each with the complement that belongs to it."""
    found: list[Mention] = []
    named = list(known) or names(text)
    for match in _DETERMINER.finditer(text):
        start, end = match.start("determiner"), head_end(text, match.end())
        if end <= match.end() or (found and start < found[-1].end):
            continue
        if any(name.start <= start + 4 and end <= name.end for name in named):
            continue  # it is a name
        head = plain(text[match.end() : end]).split()[-1]
        end = _with_complement(text, end, named)
        found.append(_mention(text, start, end, head, match["determiner"].lower()))
    return found + _without_determiner(text, [*named, *found])


def _without_determiner(text: str, taken: Sequence[Mention]) -> list[Mention]:
    """What a preposition or the verb of a question is followed by: "aspirin" of "the side effects of aspirin"."""
    found = []
    for match in _BARE_NOUN.finditer(text):
        end = head_end(text, match.end())
        inside = any(mention.start < end and match.end() < mention.end for mention in taken if mention.proper)
        if (
            end > match.end()
            and not inside
            and text[match.end() : end].islower()
            and not text[match.end() : end].endswith(("ly", "ing"))
        ):
            found.append(_mention(text, match.end(), end, plain(text[match.end() : end]).split()[-1], ""))
    return found


def definite(mention: Mention) -> bool:
    """Whether a common phrase points at something that was spoken of: "the palace", "that day"."""
    return bool(re.match(r"(?:the|this|that|these|those|both)\b", mention.text, re.I))


def head(mention: Mention) -> str:
    """The last word of a mention before its complement: "talks" of "the talks of 16 May 2025"."""
    words = plain(_OF.split(mention.text)[0]).split()
    return words[-1] if words else ""


def is_event(mention: Mention) -> bool:
    """Whether it happens somewhere at some time: talks, a war, the Battle of Hastings."""
    return any(word in _EVENTS for word in plain(_OF.split(mention.text)[0]).split())


def head_end(text: str, start: int) -> int:
    """Where the run of words ends that modify a noun or are one."""
    end, taken = start, 0
    for match in re.finditer(r"[^\W_]+(?:[-’'][^\W_]+)*", text[start:]):
        word = match[0]
        gap = text[end : start + match.start()]
        if gap.strip() or (taken and gap != " ") or taken == _MODIFIERS:
            break
        bare = plain(word)
        if bare in _STOPS or (taken and _ends_before(bare, plain(text[start:end]).split()[-1], word)):
            break
        end, taken = start + match.end(), taken + 1
    return end


def _ends_before(word: str, before: str, written: str) -> bool:
    """Whether a word after a possible head is the verb: "the ministers | meet", "the palace | built in"."""
    plural = before.endswith("s") and not before.endswith("ss")
    verbal = is_verb(word) and not (word.endswith("ing") or (word.endswith("s") and not plural and len(word) > 5))
    return verbal and (plural or before not in _ADJECTIVES) and written.islower()  # a capital is part of a name


_ADJECTIVES = frozenset("first second third last next previous new old main same other final".split())


def _with_complement(text: str, end: int, named: Sequence[Mention]) -> int:
    """Takes in "of 16 May 2025" and "between Ukraine and Russia", once or twice."""
    event = plain(text[:end]).split()[-1] in _EVENTS
    for _ in range(2):
        match = _OF.match(text, end)
        if not match:
            return end
        name = next((mention for mention in named if match.end() <= mention.start <= match.end() + 4), None)
        determined = name and text[match.end() : name.start].strip().lower() in {"", "the"}
        of = match[0] in {" of ", " between "} or (name and name.kind == "place" and match[0] == " in ")
        if name and determined and (of or (name.kind == "time" and event)):
            end = _coordinated_end(text, name, named)
        elif match[0] == " of " and (inner := _DETERMINER.match(text, match.end())):
            end = max(head_end(text, inner.end()), end)
        else:
            return end
    return end


def _coordinated_end(text: str, name: Mention, named: Sequence[Mention]) -> int:
    """ "of Ukraine and Russia" names both."""
    end = name.end
    for other in named:
        if other.start > end and re.fullmatch(r",? (?:and )?(?:the )?", text[end : other.start]):
            end = other.end
    return end


def _mention(text: str, start: int, end: int, last: str, determiner: str) -> Mention:
    plural = (last.endswith("s") and not last.endswith(("ss", "us", "is", "news"))) or determiner in {
        "these",
        "those",
        "both",
    }
    plural = plural or last in {"two", "three", "people", "children", "police", "men", "women"}
    kind: Kind = "person" if _ROLES.match(last) else "thing"
    return Mention(text[start:end], kind, start, end, plural=plural, proper=False)
