"""Leave out words that the decoder of ``nibble`` would paint as others.

Selection restores words from skeletons, hundreds of lists for one result. A decoder also compares
the words with those of other skeletons, and paints another word if the context prefers it by far
(``skeleton_readings``): that takes ten times as long, so it is done once, for the selected words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from semcodec.words.selection.channel import WordChannel, same_lemma
from semcodec.words.selection.minimum import required_words
from semcodec.words.selection.request import SelectionRequest


def leave_out_traps(words: list[str], request: SelectionRequest) -> list[str]:
    """Return ``words`` without those that a decoder would paint as others, except the subject.

    Without one of them, a decoder may restore the others in another way, so that more are left out.
    """
    kept = words
    while traps := list(_find_traps(kept, request.channel)):
        required = required_words(request)
        trap = next((at for at in traps if kept[at] not in required), None)
        if trap is None:
            break
        kept = [*kept[:trap], *kept[trap + 1 :]]
    return kept or words


def _find_traps(words: Sequence[str], channel: WordChannel) -> Iterator[int]:
    """Yield the positions of the words that would be painted or restored as others."""
    for received in (channel.painted(words), channel.received(words)):
        for at, pair in enumerate(zip(words, received, strict=True)):
            if not same_lemma(*pair):
                yield at
