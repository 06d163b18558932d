"""Batches: requests that are answered within a day, at half the price.

>>> from semcodec.backends.openai.batches import Batches, BatchStore
"""

from __future__ import annotations

from semcodec.backends.openai.batches.progress import Progress
from semcodec.backends.openai.batches.rounds import Batches
from semcodec.backends.openai.batches.store import BatchStore

__all__ = ["Batches", "BatchStore", "Progress"]
