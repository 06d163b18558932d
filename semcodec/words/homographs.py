"""Tell the nouns "can" and "will" from the verbs: a tin can, and a cat that can swim."""

from __future__ import annotations

from typing import Final

#: Nouns that are function words more often than nouns.
HOMOGRAPHS: Final = frozenset(("can", "will"))
_ARTICLES: Final = frozenset("a an the this that each every one his her its their".split())
_SUBJECTS: Final = frozenset(
    "i you he she it we they one who which that this these those there anyone everyone".split()
)
#: Words that may follow the noun "can", but not the verb.
_AFTER_NOUN: Final = frozenset(
    """
    about above after and are at behind below beneath beside between by for from full has in inside
    is lie lies near next of on onto or over sit sits stand stands that under was were which with
    """.split()
)


def is_noun(word: str, previous: str, following: str) -> bool:
    """Return whether a word of ``HOMOGRAPHS`` is a noun between its neighbors.

    >>> is_noun("can", "tin", "on"), is_noun("can", "a", "stands"), is_noun("can", "cat", "swim")
    (True, True, False)

    Args:
        word: any word, in small letters.
        previous: the word before it; empty if it is the first one or punctuation is between them.
        following: the word after it; empty in the same cases.
    """
    if word not in HOMOGRAPHS:
        return False
    if previous in _ARTICLES - _SUBJECTS:
        return True
    if word != "can" or not previous or previous in _SUBJECTS:
        return False
    return not following or following in _AFTER_NOUN
