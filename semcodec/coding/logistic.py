"""The logistic function in integers: from a logit to a probability (spec §K.3)."""

from __future__ import annotations

from typing import Final

from semcodec.coding.range_coder import ONE

#: 65536 / (1 + e^(-i/4)), rounded, for i from 0 to 32. A literal, because a math library's last
#: digit may differ between machines.
LOGISTIC_TABLE: Final = (
    32768, 36843, 40793, 44511, 47911, 50941, 53581, 55834, 57724, 59287, 60565, 61598, 62428,
    63090, 63615, 64030, 64357, 64614, 64816, 64974, 65097, 65194, 65269, 65328, 65374, 65410,
    65438, 65459, 65476, 65489, 65500, 65508, 65514,
)  # fmt: skip
LOGISTIC_STEP: Final = 16  #: logit units between two entries; 64 units are one nat
MAX_LOGIT: Final = LOGISTIC_STEP * (len(LOGISTIC_TABLE) - 1) - 1
BIAS_SCALE: Final = 8  #: logit units in one unit of a bias, which is an eighth of a nat


def _interpolate(logit: int) -> int:
    index, fraction = divmod(logit, LOGISTIC_STEP)
    low, high = LOGISTIC_TABLE[index : index + 2]
    return low + ((high - low) * fraction >> 4)


_UPPER: Final = tuple(map(_interpolate, range(MAX_LOGIT + 1)))
#: By logit plus MAX_LOGIT, from 0 to 2 * MAX_LOGIT; the lower half mirrors the upper one, exactly.
PROBABILITIES: Final = (*(ONE - p1 for p1 in reversed(_UPPER[1:])), *_UPPER)


def logistic(logit: int) -> int:
    """Return the probability of a 1, 23 to 65513 (65536ths); ``logit`` is in 64ths of a nat."""
    if -MAX_LOGIT <= logit <= MAX_LOGIT:
        return PROBABILITIES[logit + MAX_LOGIT]
    return PROBABILITIES[0 if logit < 0 else -1]
