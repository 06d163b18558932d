"""The words restored so far, and what the next one costs after them in the coding ``lexicon``."""

from __future__ import annotations

from typing import Final

from semcodec.coding import lexicon
from semcodec.coding.lexicon import ESCAPE
from semcodec.coding.model import BitProbabilities, SequenceContext
from semcodec.coding.tables import load_tables

#: Of a sixteenth of a bit in the coding ``lexicon``, in units of ``skeleton_context.NAT``: half of
#: what such a bit is worth, because both models know the words before.
CODING_WEIGHT: Final = 88


class History:
    """Known words so far, in the probability model of the coding ``lexicon``.

    The costs of words and the longer histories are kept, because hypotheses and lists share them.
    """

    __slots__ = ("_context", "_costs", "_longer", "_probabilities")

    def __init__(self, context: SequenceContext) -> None:
        self._context = context
        self._probabilities: BitProbabilities | None = None
        self._costs: dict[str, int] = {}
        self._longer: dict[int, History] = {}

    def cost(self, word: str) -> int:
        """Return the cost of ``word`` after this history, 0 or more."""
        cost = self._costs.get(word)
        if cost is None:
            if self._probabilities is None:
                self._probabilities = BitProbabilities(self._context)
            bits = lexicon.bit_cost_16ths(self._probabilities, word)
            cost = self._costs[word] = CODING_WEIGHT * bits
        return cost

    def extended(self, word: str) -> History:
        """Return the history with ``word`` added."""
        number = load_tables().numbers.get(word, ESCAPE)
        longer = self._longer.get(number)
        if longer is None:
            longer = self._longer[number] = History(self._context.extended(number))
        return longer


def empty_history() -> History:
    """Return the history before the first word."""
    return History(SequenceContext(load_tables()))
