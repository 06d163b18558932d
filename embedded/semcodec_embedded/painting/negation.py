"""Leave out of a prompt what it states is not there: "street no people" is a street.

The text of a sign ("no entry") is not a negation: it is lettered.

A prompt is a sentence or a list of words. In a list nothing shows where a negation ends, so there
it ends with the first thing that the painter knows: "street no people trees" has trees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from semcodec.words.negation import find_negated, find_negative_names
from semcodec_embedded.painting.vocabulary import Role, split_prompt

#: The phrases of some words, each with its role, which is None for a noun.
MatchPhrases = Callable[[list[str]], Iterable[tuple[str, Role | None]]]

#: Words that a list of content words does not have.
GRAMMAR: Final = frozenset(
    "a an and are at has have in is of on or the there was were with".split()
)
PUNCTUATION: Final = re.compile(r"[,.;:!?\n]")
#: Negations that need no noun, and those of one adjective or verb.
PRONOUNS: Final = frozenset("nobody no-one none nothing nowhere".split())
ADVERBS: Final = frozenset("not never isn't aren't wasn't weren't doesn't don't cannot".split())
MAX_SPAN: Final = 100  #: more than the phrases of any negation
#: What the absence of a thing states, where the painter would paint it unasked.
STATEMENTS: Final = {"cloud": "cloudless", "clouds": "cloudless"}
#: Words that continue a negation.
CONJUNCTIONS: Final = frozenset("and nor or".split())
#: Tables of words.toml with things that a picture shows.
THINGS: Final = frozenset("backgrounds grounds materials moods parts settings skies".split())
#: Tables with words that depend on a negated noun before them: "no birds flying".
DEPENDENT: Final = frozenset("activities ignored unknown".split())


def sign_texts(prompt: str) -> tuple[str, ...]:
    """Return the texts of signs with a negation in ``prompt``."""
    return tuple(prompt[start:end] for start, end in find_negative_names(prompt))


def remove_negated(prompt: str, match_phrases: MatchPhrases) -> str:
    """Return ``prompt`` without what it states is not there, and without the texts of signs."""
    is_list = not PUNCTUATION.search(prompt) and GRAMMAR.isdisjoint(split_prompt(prompt))
    negated, names = find_negated(prompt), find_negative_names(prompt)
    parts, position = [], 0
    for start, end in sorted([*negated, *names]):
        parts.append(prompt[position:start])
        if (start, end) in negated:
            words = split_prompt(prompt[start:end])
            parts += [STATEMENTS[word] for word in words if word in STATEMENTS]
            parts += _after_first_thing(words, match_phrases) if is_list else []
        position = end
    return " ".join([*parts, prompt[position:]])


def _after_first_thing(words: list[str], match_phrases: MatchPhrases) -> list[str]:
    """Return the phrases after the first thing, and after what depends on it."""
    trigger = 2 if words[:2] == ["no", "one"] else 1
    last = max((index for index, word in enumerate(words) if word in CONJUNCTIONS), default=0)
    phrases = list(match_phrases(words[max(trigger, last + 1) :]))
    if trigger == 2 or words[0] in PRONOUNS:
        rest = 0
    elif words[0] in ADVERBS:
        rest = 1
    else:
        rest = 1 + next((at for at, phrase in enumerate(phrases) if _is_thing(phrase[1])), MAX_SPAN)
    while rest < len(phrases) and _depends(phrases[rest][1]):
        rest += 1
    return [phrase for phrase, _ in phrases[rest:]]


def _is_thing(role: Role | None) -> bool:
    return role is None or role.table in THINGS


def _depends(role: Role | None) -> bool:
    return role is not None and role.table in DEPENDENT
