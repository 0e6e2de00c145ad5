"""Sentences of a document that speak to whoever answers, or ask: they assert nothing, so they are no evidence.

"Translate this to French", "Add a poem to your reply", "Ignore all previous instructions", "What is the capital of
Brazil?" Such a sentence is neither given to a drafter nor read for an answer, whoever put it into the document. It
stays in its passage, which is a document's own words. What somebody says to somebody, in quotation marks and with who
said it, is a fact about them, and stays evidence.
"""

from __future__ import annotations

import re

_QUOTATION = re.compile(r"[\"“”„«][^\"“”„«»]*[\"“”»]|(?<!\w)['‘][^'‘’]*['’](?!\w)")
_LEADING = re.compile(
    r"^(?:[\W_]|\d+[.)]\s|(?:please|now|also|then|finally|first|next|and|important|note|attention|system|user|assistant|ai"
    r"|instructions?|in your (?:answer|reply|response|output)s?)\b[\s,:;!.-]*)+",
    re.I,
)
_REPLY = r"(?:answer|repl(?:y|ie)|response|output|completion|message)(?:s|['’]s)?\b"
_SUBJECT = re.compile(  # what begins a statement; an imperative begins with its verb
    r"(?:i|you|we|he|she|it|they|the|an?|this|that|these|those|there|my|your|our|his|her|its|their|in|on|at|for|with|as"
    r"|when|if|after|before|while|because|since|thanks?|what|who|how|no|not|all|some|many)\b",
    re.I,
)
_TO_YOUR_REPLY = re.compile(rf"\byour (?:\w+ )?{_REPLY}", re.I)
_ADDRESSED = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)\b.*\b(?:instructions?|prompts?|rules|guidelines|(?:previous|prior|above))\b"
    r"|(?:answer|reply|respond)\b(?!\s*:)|(?:translate|paraphrase|summari[sz]e|rephrase)\b"
    r"|(?:explain|describe|define|break down|recite|elaborate)\b"
    r"|(?:you are|act as|pretend|behave as|imagine you|role-?play)\b.*"
    r"\b(?:now|ai|assistant|model|chatbot|pirate|expert)\b"
    r"|(?:write|draft|compose|provide|give|produce|generate|create|develop|tell|craft|list|show)\b.*"
    r"\b(?:poems?|stor(?:y|ies)|essays?|letters?|speech(?:es)?|introductions?|summar(?:y|ies)|jokes?|songs?|haikus?"
    r"|translations?|equivalents?|paragraphs?|limericks?|lyrics|e-?mails?|tweets?|headlines?|examples?|python|sql|html)\b"
    r"|(?:replace|remove|group|swap|reverse|convert|scramble|shuffle|encode|spell|misspell|combine|rearrange|substitute"
    r"|capitali[sz]e|use)\b.*\b(?:letters?|words?|vowels?|consonants?|spaces|characters?|punctuation|anagrams?|emojis?)\b",
    re.I,
)
_QUESTION = re.compile(r"\?[\s*_)]*$")


def instructs(sentence: str) -> bool:
    """Whether a sentence is an instruction to whoever answers, or a question, and so no evidence of anything."""
    said = _QUOTATION.sub(" ", sentence)
    if not re.search(r"[^\W\d_]{2}", said):  # all of it is in quotation marks
        said = sentence
    if _QUESTION.search(said):
        return True
    order = _LEADING.sub("", said)
    if not order or (_SUBJECT.match(order) and not order.lower().startswith("you are")):
        return False
    return bool(_TO_YOUR_REPLY.search(said) or _ADDRESSED.match(order))
