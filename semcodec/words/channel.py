"""What a coding does to words: which it can send, what they cost, what the receiver reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from semcodec.coding import bag, codings, escapes
from semcodec.errors import InputError
from semcodec.words.restoration import IncrementalRestorer
from semcodec.words.skeletons import singulars, skeleton_of_word

CODINGS: Final = ("nibble", "lexicon", "bag", "utf8")
Bits = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class WordChannel:
    """A coding, as whoever chooses words sees it.

    Attributes:
        bits: what words cost, in the whole bytes of a payload where it has no other end.
        cost: the same, finer where the coder knows fractions of a byte: for comparing.
        reads: the word that the receiver reads for each word that is sent.
        sends: whether a word can be sent at all.
        holds: whether one record can have so many words.
        ordered: whether the receiver sees the order of the words.
    """

    bits: Bits
    cost: Bits
    reads: Callable[[Sequence[str]], list[str]]
    sends: Callable[[str], bool]
    holds: Callable[[Sequence[str]], bool] = lambda words: True
    ordered: bool = True

    def heard(self, words: Sequence[str]) -> str | None:
        """Return the text that the receiver reads; None if a word comes back as another."""
        read = self.reads(words)
        if not all(map(same, words, read)):
            return None
        return " ".join(read if self.ordered else bag.canonical_order(read))


def medium(coding: str, bits: Bits | None = None) -> WordChannel:
    """Return the medium of ``coding``, with another count of ``bits`` if one is given.

    Raises:
        InputError: there is no such coding.
    """
    if not isinstance(coding, str) or coding not in CODINGS:
        raise InputError(f"Give a coding of {', '.join(CODINGS)}.")
    if coding == "nibble":
        cost = bits or _nibbles
        return WordChannel(cost, cost, _player(), lambda word: bool(skeleton_of_word(word)))
    whole = bits or (lambda words: 8 * codings.payload_bytes(coding, words))
    cost = bits or (lambda words: codings.payload_bits(coding, words))
    if coding not in codings.MAX_WORDS:
        return WordChannel(whole, cost, list, bool)
    return WordChannel(
        whole,
        cost,
        list,
        escapes.is_encodable,
        lambda words: codings.why_unencodable(coding, " ".join(words)) is None,
        ordered=coding != "bag",
    )


def same(sent: str, read: str) -> bool:
    """Tell whether two words are one, whatever their number."""
    return sent == read or sent in singulars(read) or read in singulars(sent)


def _player() -> Callable[[Sequence[str]], list[str]]:
    """Return what plays the receiver of skeletons, and remembers how the last words began."""
    receiver = IncrementalRestorer()
    return lambda words: receiver.decompress([skeleton_of_word(word) for word in words])


def _nibbles(words: Sequence[str]) -> int:
    return 4 * len(" ".join(map(skeleton_of_word, words)))
