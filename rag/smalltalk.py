"""What is said to someone who asks nothing about the documents: a greeting, thanks, "what can I ask?".

Such a reply has the status `unclear`, not `answered`: `answered` promises sentences that rest on quotations, and here
nothing is quoted. Like any reply of that status it asks for a question, and an evaluation counts it as silence, which
is what a greeting should get from the documents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag import prompts
from rag.types import IndexedDocument

_LISTED = 12  # titles that a reply names; more is a list that nobody reads
_TITLE = 100  # characters of a title
_POLITE = (
    r"(?:[,!. ]+(?:please|then|there|now|again|everyone|all|friend|bot|footnote|so much|a lot|very much|you too))*"
)
_END = r"[\s.!?,:;)\-🙂😀👍🙏👋❤️]*$"


def _whole(pattern: str) -> re.Pattern[str]:
    """The pattern as all that is said, politeness and stops aside."""
    return re.compile(rf"^\W*(?:{pattern}){_POLITE}{_END}", re.I)


_ARTICLES = r"(?:articles?|documents?|docs|files?|texts?|sources?|titles?)"
_LIST = _whole(
    rf"(?:what|which) (?:are the |other )?{_ARTICLES} (?:do|can|have) you (?:have|know|got|use|read|search"
    rf"|answer from)?(?: read)?"
    rf"|(?:what|which) {_ARTICLES} (?:are|is) (?:there|available|indexed|loaded|in (?:here|the (?:corpus|index"
    rf"|collection)))"
    rf"|(?:list|show)(?: me)?(?: all)?(?: (?:the|your|of the))? ?{_ARTICLES}"
    rf"|(?:what|which) (?:are )?(?:the |your ){_ARTICLES}(?: (?:about|called))?"
    rf"|what (?:is|are) (?:the|your|these|this) (?:{_ARTICLES}|corpus|collection) about"
    rf"|how many {_ARTICLES} (?:do you have|are there|have you (?:got|read))"
)
_CAN_ASK = _whole(
    r"help(?: me)?|what (?:can|could|may|should) i ask(?: you)?(?: about)?|what can you (?:do|tell me"
    r"|answer)(?: for me)?"
    r"|what do you know(?: about)?|how (?:do|can) i use (?:you|this|it)|how does this work|how do you work"
    r"|what (?:questions|topics) (?:can|could) (?:i ask|you answer)|(?:can|could) you help(?: me)?"
    r"|i need (?:some )?help"
)
_WHO = _whole(
    r"(?:and )?who are you|what are you|(?:are you|is this) (?:a )?(?:human|robot|bot|chatgpt|an ai|ai"
    r"|real(?: person)?)"
    r"|what(?:'s| is) your name|who (?:made|built|created|wrote) you|introduce yourself|tell me about yourself"
)
_HELLO = _whole(
    r"(?:hi|hello|hey|hallo|greetings|good (?:morning|afternoon|evening|day)|hiya|howdy|merhaba|bonjour"
    r"|hola)(?: there)?"
    r"|how are you(?: doing)?(?: today)?|(?:hi|hello|hey)[,!. ]+how are you(?: doing)?(?: today)?"
    r"|nice to meet you|what'?s up"
)
_THANKS = _whole(
    r"(?:ok(?:ay)?|great|perfect|good|super|nice|cool|yes|no)?[,!. ]*(?:many )?(?:thanks|thank you|thx|ty"
    r"|cheers|much appreciated)"
    r"(?: (?:you|for (?:that|this|it|your help|the (?:help|answer|info|information))))?(?:[,!. ]+(?:that (?:is"
    r"|was) (?:all|it|helpful)|great|bye|goodbye))?"
    r"|that(?:'s| is) (?:all|it)(?: (?:for (?:now|today)|thanks))?|(?:ok(?:ay)?|got it|i see|great|perfect|nice"
    r"|cool|good|wow|understood|alright|fine|sounds good)"
    r"|that (?:was|is) (?:very )?(?:helpful|great|useful|good|interesting)|good to know"
)
_BYE = _whole(
    r"(?:good)?bye(?: bye)?|see you(?: later| soon)?|good night|have a (?:nice|good|great) (?:day|evening|weekend|one)"
)


def small_talk(question: str, documents: Sequence[IndexedDocument]) -> str:
    """The reply to small talk and to questions about this program; "" where something else is asked."""
    if _LIST.match(question):
        return _listing(documents)
    if _CAN_ASK.match(question):
        return f"{prompts.CAN_ASK} {_listing(documents)}"
    for pattern, reply in _REPLIES:
        if pattern.match(question):
            return reply
    return ""


def is_small_talk(question: str) -> bool:
    """Whether nothing is asked about what the documents say."""
    return any(pattern.match(question) for pattern in (_LIST, _CAN_ASK, *(pattern for pattern, _ in _REPLIES)))


_REPLIES = (
    (_WHO, prompts.WHO_I_AM),
    (_HELLO, prompts.HELLO),
    (_THANKS, prompts.THANKS),
    (_BYE, prompts.BYE),
)


def _listing(documents: Sequence[IndexedDocument]) -> str:
    if not documents:
        return prompts.NO_DOCUMENTS
    titles = [f"“{_cut(document.title)}”" for document in documents[:_LISTED]]
    more = len(documents) - len(titles)
    titles += [f"{more:,} more"] if more else []
    listed = " and ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))
    return prompts.ARTICLES.format(count=f"{len(documents):,}", s="" if len(documents) == 1 else "s", titles=listed)


def _cut(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
