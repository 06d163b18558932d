"""The effect of a coding on words: which it can send, their cost, and what a decoder returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from semcodec._registry import CODINGS
from semcodec.choices import Coding, check_choice
from semcodec.coding import bag, codings, escapes
from semcodec.words.restoration import IncrementalRestorer
from semcodec.words.skeletons import singulars, skeleton_of_word

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
        can_send: returns whether the coding can encode a word.
        fits_record: returns whether one record can hold the given words.
        keeps_order: whether a decoder returns the words in the order in which they were sent.
    """

    coding: Coding
    payload_bits: CountBits
    fractional_bits: CountBits
    received: Callable[[Sequence[str]], list[str]]
    can_send: Callable[[str], bool]
    fits_record: Callable[[Sequence[str]], bool] = lambda words: True
    keeps_order: bool = True

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
        return WordChannel(coding, bits, bits, _decode_skeletons(), _has_skeleton)
    payload_bits = count_bits or (lambda words: 8 * codings.payload_bytes(coding, words))
    fractional_bits = count_bits or (lambda words: codings.payload_bits(coding, words))
    if coding not in codings.MAX_WORDS:
        return WordChannel(coding, payload_bits, fractional_bits, list, bool)
    return WordChannel(
        coding,
        payload_bits,
        fractional_bits,
        list,
        escapes.is_encodable,
        lambda words: codings.why_unencodable(coding, " ".join(words)) is None,
        keeps_order=coding != "bag",
    )


def same_lemma(sent: str, received: str) -> bool:
    """Return whether two words are equal, or one may be the plural of the other."""
    return sent == received or sent in singulars(received) or received in singulars(sent)


def _decode_skeletons() -> Callable[[Sequence[str]], list[str]]:
    """Return a function that restores words from their skeletons, as a decoder does.

    Selection restores hundreds of lists that share their beginnings; the restorer does not repeat
    the work for those.
    """
    restorer = IncrementalRestorer()
    return lambda words: restorer.decompress([skeleton_of_word(word) for word in words])


def _has_skeleton(word: str) -> bool:
    return bool(skeleton_of_word(word))


def _nibble_bits(words: Sequence[str]) -> int:
    return 4 * len(" ".join(map(skeleton_of_word, words)))
