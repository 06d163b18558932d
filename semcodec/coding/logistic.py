"""From a sum of evidence to a chance: the logistic function in integers (spec §K.3)."""

from __future__ import annotations

from typing import Final

#: 65536 / (1 + e^(-i/4)), rounded, for i from 0 to 32: numbers, so that no machine works them out.
LOGISTIC_TABLE: Final = (
    32768, 36843, 40793, 44511, 47911, 50941, 53581, 55834, 57724, 59287, 60565, 61598, 62428,
    63090, 63615, 64030, 64357, 64614, 64816, 64974, 65097, 65194, 65269, 65328, 65374, 65410,
    65438, 65459, 65476, 65489, 65500, 65508, 65514,
)  # fmt: skip
LOGISTIC_STEP: Final = 16  #: evidence from one number to the next; 64 is one nat
MAX_EVIDENCE: Final = LOGISTIC_STEP * (len(LOGISTIC_TABLE) - 1) - 1
LOGIT_SCALE: Final = 8  #: evidence of an eighth of a nat, in which tables are


def logistic(evidence: int) -> int:
    """Return the chance of a 1 in 65536ths, 1..65535; ``evidence`` is in 64ths of a nat."""
    if -MAX_EVIDENCE <= evidence <= MAX_EVIDENCE:
        return PROBABILITIES[evidence + MAX_EVIDENCE]
    return PROBABILITIES[0 if evidence < 0 else -1]


def _interpolated(size: int) -> int:
    step, part = divmod(size, LOGISTIC_STEP)
    return LOGISTIC_TABLE[step] + ((LOGISTIC_TABLE[step + 1] - LOGISTIC_TABLE[step]) * part >> 4)


_UPPER: Final = tuple(map(_interpolated, range(MAX_EVIDENCE + 1)))
#: The chance for each evidence from -MOST to MOST.
PROBABILITIES: Final = (*(65536 - chance for chance in reversed(_UPPER[1:])), *_UPPER)
