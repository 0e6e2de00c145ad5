"""The clauses of a sentence: who does what to whom, whether it is denied, and in whose words or under what doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag import anchor, lexicon
from rag.grammar import Parse, Word

_INNER = frozenset({"relcl", "advcl", "ccomp", "parataxis", "csubj", "csubjpass", "pcomp", "acl", "xcomp"})
_COMPLEMENTS = frozenset(
    {"ccomp", "xcomp", "pcomp", "csubj", "csubjpass", "acl", "advcl", "dobj", "pobj", "attr", "oprd"}
)
_NEGATIVE = frozenset(
    "no not n't never neither nor none nobody nothing nowhere hardly barely rarely few little cannot".split()
)
_UNABLE = frozenset({"impossible", "unable"})
FAILING = frozenset(
    """
    fail refuse decline reject deny avoid stop prevent lack absence absent skip miss boycott failure refusal unable bar
    ban forbid prohibit exclude
    """.split()
)
_VIEW = frozenset("view opinion eye word account judgment judgement assessment".split())
COPULAS = frozenset({"be", "become", "remain"})
_AUXILIARY = frozenset({"aux", "auxpass"})


@dataclass(frozen=True, slots=True)
class Clause:
    """One predicate with what it is said of; words by their places in the sentence."""

    predicate: int
    lemmas: frozenset[str]  # of the predicate: the verb's, or after "be" and light verbs the noun's or adjective's
    subject: tuple[int, ...]  # who acts, in the passive too; () where it is not said
    object: tuple[int, ...]
    obliques: tuple[tuple[str, int], ...]  # preposition and the word under it
    negated: bool


def terms(place: int, words: Parse) -> frozenset[str]:
    """What a word may be looked up as: its lemma, or "set up", "take place" where both words are known together."""
    word = words[place]
    joined = {role: [] for role in ("inseparable", "loose")}  # type: dict[str, list[str]]
    for child in (words[c] for c in word.children if word.tag.startswith("VB")):
        kind = "inseparable" if child.role in {"prt", "advmod", "dobj"} else "loose" if child.role == "prep" else ""
        if kind and lexicon.known(together := f"{word.lemma} {child.lemma}"):
            joined[kind].append(together)
    # "turn down" is no "turn", but "call for" is a "call"
    return frozenset(joined["inseparable"] or [word.lemma, *joined["loose"]])


def within(place: int, words: Parse) -> bool:
    """Whether a word is the second one of "set up" or "take place", and says nothing by itself."""
    word = words[place]
    return word.role in {"prt", "advmod", "dobj"} and f"{words[word.head].lemma} {word.lemma}" in terms(
        word.head, words
    )


@lru_cache(maxsize=20_000)
def clauses(words: Parse) -> tuple[Clause, ...]:
    """Return the clauses of a sentence in the order of their predicates."""
    return tuple(_clause(word, words) for word in words if predicative(word, words))


def predicative(word: Word, words: Parse) -> bool:
    """Whether a word is the predicate of a clause of its own."""
    if word.role in _AUXILIARY | {"amod", "prep", "compound", "mark", "det"}:
        return False
    if word.tag.startswith("VB"):
        return True
    return word.role == "ROOT" and not any(
        words[child].tag.startswith("VB") and words[child].role == "cop" for child in word.children
    )


def clause_of(place: int, words: Parse) -> int:
    """The predicate of the innermost clause that holds a word."""
    seen = 0
    while not predicative(words[place], words) and words[place].head != place and seen < len(words):
        place = words[place].head
        seen += 1
    return place


def inside(place: int, words: Parse) -> Iterator[int]:
    """The words under a word, itself included, without the clauses inside."""
    yield place
    for child in words[place].children:
        if words[child].role not in _INNER and not (words[child].role == "conj" and predicative(words[child], words)):
            yield from inside(child, words)


def subtree(place: int, words: Parse) -> Iterator[int]:
    """Every word under a word, itself included."""
    yield place
    for child in words[place].children:
        yield from subtree(child, words)


def conjuncts(place: int, words: Parse) -> tuple[int, ...]:
    """A word and those joined with it by "and", and those in apposition to them."""
    found = [place]
    for child in words[place].children:
        if words[child].role in {"conj", "appos"}:
            found += conjuncts(child, words)
    return (*found, *misplaced(place, words))


def misplaced(place: int, words: Parse) -> tuple[int, ...]:
    """Names that the grammar hangs one word too low: "the minister of Norway, Ingrid Solberg," is the minister."""
    if words[place].tag != "NN":
        return ()
    under = [p for c in words[place].children if words[c].lemma in {"of", "for"} for p in words[c].children]
    named = [words[c] for p in under if words[p].tag == "NNP" for c in words[p].children]
    return tuple(word.place for word in named if word.role == "appos" and word.tag == "NNP")


def akin(clause: Clause, other: Clause) -> bool:
    """Whether a word of the one's predicate may stand for one of the other's."""
    return any(lexicon.same(one, two) for one in clause.lemmas for two in other.lemmas)


def _clause(word: Word, words: Parse) -> Clause:
    subject, objects, obliques = _arguments(word, words)
    return Clause(
        word.place,
        frozenset(_lemmas(word, words, objects)),
        subject,
        objects,
        obliques,
        denied(word.place, words),
    )


def _lemmas(word: Word, words: Parse, objects: tuple[int, ...]) -> Iterator[str]:
    complements = [words[c] for c in word.children if words[c].role in {"attr", "acomp", "oprd"}]
    if word.lemma in COPULAS and complements:
        yield from (complement.lemma for complement in complements)
        if any(complement.role == "attr" for complement in complements):  # "the host was Fidan", "Fidan was the host"
            yield from (words[c].lemma for c in word.children if words[c].role == "nsubj" and words[c].tag == "NN")
        return
    yield from terms(word.place, words)
    if lexicon.light(word.lemma):
        yield from (words[place].lemma for place in objects if place in word.children and words[place].lemma != "place")


def _arguments(word: Word, words: Parse) -> tuple[tuple[int, ...], tuple[int, ...], tuple[tuple[str, int], ...]]:
    """Subject, object and obliques as they are meant: of the passive turned round, of a shared subject shared."""
    passive = any(words[c].role in {"nsubjpass", "auxpass", "agent"} for c in word.children) or (
        word.role == "acl" and word.tag == "VBN"
    )
    subject = [p for c in word.children if words[c].role == "nsubj" for p in _resolved(c, words)]
    subject += [p for c in tuple(subject) for p in _together(c, words)]
    objects = [
        p for c in word.children if words[c].role in {"dobj", "attr", "oprd", "dative"} for p in conjuncts(c, words)
    ]
    objects += [c for c in word.children if words[c].role == "npadvmod" and words[c].tag in {"NNP"} and objects]
    raised = [p for c in word.children if words[c].role == "nsubjpass" for p in _resolved(c, words)]
    obliques = tuple(_obliques(word, words))
    if not subject and not raised:
        subject, raised = _shared(word, words, passive)
    if not subject and not raised and not passive:
        subject = [place for c in word.children if words[c].role == "prep" for place in _after_date(c, words)]
    if passive or raised:
        agents = [p for prep, p in obliques if prep == "by"]
        return tuple(agents), tuple(raised + objects), tuple(item for item in obliques if item[0] != "by")
    return tuple(subject), tuple(objects), obliques


def _together(place: int, words: Parse) -> Iterator[int]:
    """Those who act with a subject: "Germany, together with the Soviet Union, invaded"."""
    for child in (words[c] for c in words[place].children):
        before = words[child.place - 1].lemma if child.place else ""
        if child.lemma == "with" and before in {"together", "along"}:
            yield from (p for c in child.children if words[c].role == "pobj" for p in conjuncts(c, words))


def _obliques(word: Word, words: Parse) -> Iterator[tuple[str, int]]:
    for child in word.children:
        if words[child].role in {"prep", "agent"}:
            joined = (c for c in words[child].children if words[c].role == "conj" and words[c].tag == "IN")
            yield from (item for place in (child, *joined) for item in _under(place, words))
        elif words[child].role in {"attr", "dobj", "acomp"}:
            yield from (item for c in words[child].children if words[c].role == "prep" for item in _under(c, words))


def _under(preposition: int, words: Parse) -> Iterator[tuple[str, int]]:
    for child in words[preposition].children:
        if words[child].role == "pobj":
            others = _after_date(preposition, words)
            joined = (place for place in conjuncts(child, words) if place not in others)
            yield from ((words[preposition].lemma, place) for place in joined)
        elif words[child].role == "prep":
            yield from _under(child, words)


def _after_date(preposition: int, words: Parse) -> list[int]:
    """Names that the grammar joins to a date before them: "On October 6, Syria and Egypt attacked" is of Syria."""
    dates = [c for c in words[preposition].children if anchor.month(words[c].text) or words[c].tag == "CD"]
    joined = (c for date in dates for c in words[date].children if words[c].role in {"conj", "appos"})
    return [p for c in joined if words[c].tag == "NNP" and not anchor.month(words[c].text) for p in conjuncts(c, words)]


def _resolved(place: int, words: Parse) -> tuple[int, ...]:
    """A subject; the word that a relative pronoun stands for."""
    word = words[place]
    if word.tag in {"WP", "WDT"} or (word.tag == "IN" and word.lemma == "that"):
        verb = words[word.head]
        while verb.role == "conj" and verb.head != verb.place:
            verb = words[verb.head]
        if verb.role == "relcl":
            return conjuncts(verb.head, words)
    return conjuncts(place, words)


def _shared(word: Word, words: Parse, passive: bool) -> tuple[list[int], list[int]]:
    """The (acting, acted upon) that a predicate without a subject has from the one that it depends on."""
    head = words[word.head]
    if word.role in {"acl", "relcl"}:
        owner = list(conjuncts(head.place, words))
        return ([], owner) if passive else (owner, [])
    if head.place == word.place or not predicative(head, words):
        return [], []
    subject, objects, _ = _arguments(head, words)
    if word.role == "conj":
        own = any(words[c].role == "auxpass" for c in word.children)
        joined = any(words[c].role == "nsubjpass" for c in head.children)
        # "were abducted and taken": both are done to the subject
        return ([], list(objects)) if joined and (own or word.tag == "VBN") else (list(subject), [])
    if word.role in {"xcomp", "advcl"} and objects and word.tag == "VB":
        persons = [place for place in objects if words[place].tag.startswith("NNP") or words[place].tag == "PRP"]
        return (persons or list(subject) or list(objects)), []
    return ([], list(subject)) if passive else (list(subject), [])


# --- what is denied, and what is only said or hoped -------------------------------------------------------------------


def denied(place: int, words: Parse) -> bool:
    """Whether an odd number of denials stands over a predicate: "did not come", "no one came", "failed to come"."""
    word = words[place]
    marks = sum(_denies(words[child]) for child in word.children)
    for child in word.children:
        if words[child].role in {"nsubj", "nsubjpass", "dobj", "attr", "pobj", "expl", "acomp"}:
            marks += sum(_denies(words[inner]) for inner in words[child].children)
    head = words[word.head]
    marks += any(words[child].role == "acomp" and words[child].lemma in _UNABLE for child in word.children)
    if word.role in {"xcomp", "pcomp", "ccomp", "acl"} and head.place != place:
        over = words[head.head] if word.role == "pcomp" else head
        marks += word.role == "pcomp" and head.lemma == "without"
        marks += word.role == "acl" and any(_denies(words[child]) for child in head.children)  # "no attempt to leave"
        marks += over.lemma in FAILING
        marks += word.role == "xcomp" and any(_denies(words[child]) for child in over.children)
    return marks % 2 == 1


def denied_noun(place: int, words: Parse) -> bool:
    """Whether a noun is denied: by its own "no", or with its clause."""
    own = any(_denies(words[child]) for child in words[place].children)
    return own or denied(clause_of(place, words), words)


def _denies(word: Word) -> bool:
    return word.role == "neg" or word.text.lower() in _NEGATIVE


def doubts(place: int, words: Parse) -> frozenset[str]:
    """The kinds of doubt that a word stands under: modal verbs, "reportedly", and the verbs and nouns above it."""
    found: set[str] = set()
    child, word = words[place], words[place]
    own = True
    for _ in range(len(words)):
        if predicative(word, words) and child.role != "nsubj":  # who may do something is there all the same
            found |= _marks(word, words)
        if not own and (child.role in _COMPLEMENTS or child.role in {"prep", "nsubjpass"}):
            found |= _weight(word, child)
        if not own and word.lemma == "be" and child.role in {"xcomp", "ccomp"}:  # "its purpose was to"
            subjects = (words[c].lemma for c in word.children if words[c].role == "nsubj")
            found |= {kind for lemma in subjects for kind in lexicon.doubts(lemma)}
        if not own and word.lemma == "have" and child.role == "xcomp" and child.tag == "VB":  # "had to be settled"
            found.add("want")
        own = False
        taken = word.role == "relcl" or (word.role == "acl" and word.tag != "VB")
        if word.head == word.place or taken:  # what a relative clause says is taken for granted
            break
        child, word = word, words[word.head]
    return frozenset(found)


def _weight(word: Word, child: Word) -> frozenset[str]:
    """The doubt that a word casts on what depends on it by a certain role."""
    kinds = lexicon.doubts(word.lemma)
    clausal = child.role in {"ccomp", "xcomp", "pcomp", "acl", "csubj", "csubjpass"}
    if child.role == "advcl" and child.tag != "VB":
        return frozenset()
    if child.role == "nsubjpass":
        return kinds & {"want", "expect"} if word.lemma != "call" else frozenset()  # a name was given
    if child.role == "prep":
        return kinds & ({"want"} if child.lemma in {"for", "on", "to"} else {"think"} if child.lemma == "as" else set())
    return kinds if clausal else kinds & {"want", "expect"}


def _marks(word: Word, words: Parse) -> set[str]:
    """Modal verbs, adverbs of doubt, "Ukraine says," in between, "according to", "in its view"."""
    found: set[str] = set()
    for child in (words[place] for place in word.children):
        if child.role in {"aux", "advmod"} | {"acomp"}:
            found |= lexicon.doubts(child.lemma)
        if child.role in {"parataxis", "ccomp"} and "say" in lexicon.doubts(child.lemma) and child.place != word.place:
            found |= {"say"} if child.role == "parataxis" else set()
        if child.role == "prep" and _speaks(child, words) is not None:
            found.add("say" if child.lemma in {"accord", "according"} else "think")
    if any(words[child].role == "nsubjpass" for child in word.children):
        subjects = [words[child] for child in word.children if words[child].role == "nsubjpass"]
        found |= {kind for _ in subjects for kind in lexicon.doubts(word.lemma) & {"expect"}}
    return found


def _speaks(preposition: Word, words: Parse) -> int | None:
    """The speaker of "according to Ukraine", "in its view", "to him,"; None of other phrases."""
    nouns = [place for place in preposition.children if words[place].role == "pobj"]
    if preposition.lemma in {"accord", "according"}:
        inner = [p for c in preposition.children if words[c].role == "prep" for p in words[c].children]
        return next(iter([*nouns, *inner]), None)
    if preposition.lemma in {"in", "by"}:
        views = [place for place in nouns if words[place].lemma in _VIEW]
        return next((c for view in views for c in words[view].children if words[c].role == "poss"), None)
    if preposition.lemma in {"to", "for"} and preposition.place == 0:
        named = (place for place in nouns if words[place].tag in {"PRP", "NNP"})
        return next((place for place in named if not anchor.common_head(words[place].text)), None)
    return None


def speakers(place: int, words: Parse) -> tuple[int, ...]:
    """Those in whose words or opinion a word stands."""
    found: list[int] = []
    child, word = words[place], words[place]
    for step in range(len(words)):
        if predicative(word, words):
            for c in word.children:
                inner = words[c]
                if inner.role == "parataxis" and "say" in lexicon.doubts(inner.lemma):
                    found += _arguments(inner, words)[0]
                spoken = _speaks(inner, words) if inner.role == "prep" else None
                found += [spoken] if spoken is not None else []
        if step and child.role in {"ccomp", "xcomp"} and lexicon.doubts(word.lemma) & {"say", "think"}:
            found += _arguments(word, words)[0]
        if word.head == word.place:
            break
        child, word = word, words[word.head]
    return tuple(dict.fromkeys(found))
