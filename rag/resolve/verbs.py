"""English verbs, as far as a question needs them: which words are verbs, and what "led" is after "did"."""

from __future__ import annotations

import re

_IRREGULAR = {  # past and participle → base form
    form: base
    for line in """
    be was were been; become became; begin began begun; bear bore born; beat beaten; bind bound; bite bit bitten;
    blow blew blown; break broke broken; breed bred; bring brought; build built; burn burnt; buy bought; catch caught;
    choose chose chosen; come came; cost; creep crept; cut; deal dealt; dig dug; do did done; draw drew drawn;
    dream dreamt; drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt;
    fight fought; find found; flee fled; fly flew flown; forbid forbade forbidden; forget forgot forgotten;
    forgive forgave forgiven; freeze froze frozen; get got gotten; give gave given; go went gone; grow grew grown;
    hang hung; have had; hear heard; hide hid hidden; hit; hold held; hurt; keep kept; kneel knelt; know knew known;
    lay laid; lead led; learn learnt; leave left; lend lent; let; lie lain; lose lost; make made; mean meant; meet met;
    pay paid; put; quit; read; ride rode ridden; ring rang rung; rise rose risen; run ran; say said; see saw seen;
    seek sought; sell sold; send sent; set; shake shook shaken; shine shone; shoot shot; show shown; shut;
    sing sang sung;
    sink sank sunk; sit sat; sleep slept; speak spoke spoken; spend spent; split; spread; spring sprang sprung;
    stand stood; steal stole stolen; stick stuck; strike struck stricken; swear swore sworn; sweep swept;
    swim swam swum;
    swing swung; take took taken; teach taught; tear tore torn; tell told; think thought; throw threw thrown;
    understand understood; undertake undertook undertaken; wake woke woken; wear wore worn; win won; withdraw withdrew
    withdrawn; write wrote written; overthrow overthrew overthrown; oversee oversaw overseen; forego forewent
    """.split(";")
    for base, *forms in [line.split()]
    for form in (base, *forms)
}
_REGULAR = frozenset(  # base forms that follow "did they" so often that they are no part of a name for a thing
    """
    accept act add address affect agree announce appear apply argue arrive ask attend attack belong call cause change
    claim close compare contain continue cover create cross damage declare defeat deliver demand deny depend describe
    design destroy develop die differ direct discover end enter exist expect explain express fail follow form found
    happen help host impact include increase inform insist introduce invade invent invite join kill last live
    lie look love
    matter marry mention move name need occur offer open oppose own pass perform place plan play produce promise propose
    protest provide publish raise reach receive release rely remain replace report represent require respond return
    rule seem serve settle sign start state stay stop study succeed suffer suggest support surrender talk try turn use
    visit vote want warn work
    """.split()
)
AUXILIARIES = frozenset(
    "is are was were am be been being do does did has have had can could will would shall should may might must".split()
)
_DOUBLED = re.compile(r"(?:([bdgmnprt])\1)ed$")


def is_verb(word: str) -> bool:
    """Whether a word in lower case is an auxiliary, a form of a known verb, or ends like a past form."""
    return (
        word in AUXILIARIES
        or word in _IRREGULAR
        or word in _REGULAR
        or (len(word) > 4 and word.endswith("ed"))
        or word.removesuffix("s") in _REGULAR | _IRREGULAR.keys()
    )


def is_past(word: str) -> bool:
    """Whether a word has the form of a past tense: "led", "signed"."""
    return (word in _IRREGULAR and _IRREGULAR[word] != word) or (len(word) > 3 and word.endswith("ed"))


def base_form(past: str) -> str:
    """The base form of a past tense: "led" → "lead", "signed" → "sign", "criticised" → "criticise"."""
    if past in _IRREGULAR or not past.endswith("ed"):
        return _IRREGULAR.get(past, past)
    if past.endswith("ied"):
        return f"{past[:-3]}y" if len(past) > 4 else past[:-1]
    stem = past[:-2]
    if stem in _REGULAR or f"{stem}e" in _REGULAR:
        return stem if stem in _REGULAR else f"{stem}e"
    if _DOUBLED.search(past):
        return stem[:-1]
    return f"{stem}e" if _drops_e(stem) else stem


def _drops_e(stem: str) -> bool:
    """Whether a base form that ends so has lost an "e": "criticis", "receiv", "produc", "arrang", "damag", "creat"."""
    short = re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", stem)  # "hope", "vote", where "hop" would have doubled its "p"
    return bool(
        short
        or re.search(
            r"(?:[aeiou](?:s|z|v)|[aeioulnr]c|[^aeiou]v|[ao]u?s|[adlnr]g|[a-z]iat|[cdglnrt]at|[bcdfgkptz]l|ut|u"
            r"|i[dnr])$",
            stem,
        )
    )
