"""The effect of a coding on words: which it can send, their cost, and what a decoder returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from semcodec._registry import CODINGS
from semcodec.choices import Coding, check_choice
from semcodec.coding import bag, codings
from semcodec.words.names import is_listed
from semcodec.words.negation import is_privative
from semcodec.words.negation.tables import NEGATING_WORDS
from semcodec.words.numbers import spellings
from semcodec.words.restoration import IncrementalRestorer
from semcodec.words.skeleton_readings import painted_words
from semcodec.words.skeletons import singulars, skeleton_of_word
from semcodec.words.tokens import Token

CountBits = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class WordChannel:
    """A coding, from the point of view of the selection of words.

    Attributes:
        coding: name of the coding.
        payload_bits: returns the bits of the payload of the given words; whole bytes, except in
            ``"nibble"``, which counts symbols.
        fractional_bits: returns the same before rounding up to whole bytes, if the coder has that;
            for comparing the costs of words, not for limits.
        received: returns the words that a decoder returns for the given words, one for each.
        spellings: returns the ways to send a token, the preferred one first, each as words that
            belong together; none if the coding cannot encode it.
        fits_record: returns whether one record can hold the given words.
        painted: returns the words from which a decoder paints, one for each; ``received`` is the
            same for nearly all words, and faster.
        keeps_order: whether a decoder returns the words in the order in which they were sent.
    """

    coding: Coding
    payload_bits: CountBits
    fractional_bits: CountBits
    received: Callable[[Sequence[str]], list[str]]
    spellings: Callable[[Token], list[tuple[str, ...]]]
    fits_record: Callable[[Sequence[str]], bool] = lambda words: True
    keeps_order: bool = True
    painted: Callable[[Sequence[str]], list[str]] = list

    def received_text(self, words: Sequence[str]) -> str | None:
        """Return the text that a decoder returns, or None if it restores another word."""
        received = self.received(words)
        if not all(map(same_lemma, words, received)):
            return None
        return " ".join(received if self.keeps_order else bag.canonical_order(received))


def make_channel(coding: Coding, count_bits: CountBits | None = None) -> WordChannel:
    """Return the channel of a coding.

    A channel for ``"nibble"`` keeps the state of the last restoration, so threads must not share
    it.

    Args:
        coding: ``"nibble"``, ``"lexicon"``, ``"bag"`` or ``"utf8"``.
        count_bits: replaces the channel's own count of bits, for tests and measurements.

    Raises:
        InputError: the coding does not exist.
    """
    coding = check_choice("coding", coding, CODINGS)
    if coding == "nibble":
        bits = count_bits or _nibble_bits
        return WordChannel(
            coding, bits, bits, _decode_skeletons(), _spell_plain, painted=_read_skeletons
        )
    payload_bits = count_bits or (lambda words: 8 * codings.payload_bytes(coding, words))
    fractional_bits = count_bits or (lambda words: codings.payload_bits(coding, words))
    if coding not in codings.MAX_WORDS:
        return WordChannel(coding, payload_bits, fractional_bits, list, _spell_text)
    return WordChannel(
        coding,
        payload_bits,
        fractional_bits,
        list,
        _spell_in_set if coding == "bag" else _spell_word,
        lambda words: codings.why_unencodable(coding, " ".join(words)) is None,
        keeps_order=coding != "bag",
    )


def same_lemma(sent: str, received: str) -> bool:
    """Return whether two words are equal, or one may be the plural of the other.

    Irregular plurals with the same skeleton count, and the two spellings of "gray".
    """
    if sent == received or sent in singulars(received) or received in singulars(sent):
        return True
    return _regular(sent) == _regular(received)


def _regular(word: str) -> str:
    """Return the singular of an irregular plural, and the American spelling of "grey"."""
    if word == "grey":
        return "gray"
    if word.endswith("men"):
        return f"{word[:-3]}man"
    return {"feet": "foot", "geese": "goose", "teeth": "tooth"}.get(word, word)


def _decode_skeletons() -> Callable[[Sequence[str]], list[str]]:
    """Return a function that restores words from their skeletons, as a decoder does.

    Selection restores hundreds of lists that share their beginnings; the restorer does not repeat
    the work for those.
    """
    restorer = IncrementalRestorer()
    return lambda words: restorer.decompress([skeleton_of_word(word) for word in words])


def _read_skeletons(words: Sequence[str]) -> list[str]:
    return painted_words(list(map(skeleton_of_word, words)))


def _spell_text(token: Token) -> list[tuple[str, ...]]:
    return [(token.text,)]


def _spell_word(token: Token) -> list[tuple[str, ...]]:
    return [(token.word,)] if token.word else []


def _spell_in_set(token: Token) -> list[tuple[str, ...]]:
    """Return the word of a token, in small letters if the tables have it.

    A set has no capital form of listed words: spelled by letters, ``Paris`` takes 27 bits and
    ``paris`` 15. An acronym is spelled (``US``). ``no`` of ``no entry`` would precede any word.
    """
    word = token.word
    if word.lower() in NEGATING_WORDS:
        return []
    is_capital_form = word[1:].islower() and is_listed(word.lower())
    return [(word.lower(),)] if is_capital_form else _spell_word(token)


def _spell_plain(token: Token) -> list[tuple[str, ...]]:
    """Return the plain words of a token; single letters are only sent as part of a number.

    ``no`` is restored as ``one``, and the words of ``car-free`` as a free car, so neither is sent.
    """
    if token.plain == ("no",) or is_privative(token.text):
        return []
    if token.number is not None:
        return [words for words in spellings(token.number) if all(map(skeleton_of_word, words))]
    words = [word for word in token.plain if skeleton_of_word(word)]
    words = [word for word in words if len(word) > 1] or words
    return [tuple(words)] if words else []


def _nibble_bits(words: Sequence[str]) -> int:
    return 4 * len(" ".join(map(skeleton_of_word, words)))
