"""Closed classes of English words: articles, determiners, prepositions, auxiliaries.

A language does not gain words of these classes, so the tables are complete as they are. Phrases and
negation read a text with them; ``stopwords`` has the words that are not worth sending, which are
others: *behind* is a preposition that a record keeps.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ARTICLES: Final = _words("a an any another")
DEFINITES: Final = _words("the this that these those its his her their my your our whose")
QUANTIFIERS: Final = _words("several some many few both each all every numerous various")
DETERMINERS: Final = ARTICLES | DEFINITES | QUANTIFIERS
PREPOSITIONS: Final = _words(
    """
    about above across after against along alongside amid amidst among amongst around at atop before
    behind below beneath beside besides between beyond by down during for from in inside into near
    of off on onto opposite out outside over past through throughout to toward towards under
    underneath up upon via with within
    """
)
AUXILIARIES: Final = _words(
    """
    am are be been being can could did do does had has have is may might must shall should was were
    will would
    """
)
#: Conjunctions that begin a clause, and the pronouns that are rare in descriptions.
SUBORDINATORS: Final = _words(
    """
    although as because if lest once since than though till unless until versus vs when whenever
    whereas whereby wherever whether while whilst
    """
)
INDEFINITES: Final = _words(
    """
    anybody everybody somebody oneself ourselves themselves whatever whichever whoever whomever
    yourself yourselves
    """
)
#: Pronouns that stand for the noun before them.
RELATIVES: Final = _words("that which who whom")
#: Plurals without an s at the end.
IRREGULAR_PLURALS: Final = _words("cattle children feet geese men mice people sheep teeth women")
