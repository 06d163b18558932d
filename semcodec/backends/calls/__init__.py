"""Calls of models that cost time and money: made in one place, counted, kept and repeated."""

from __future__ import annotations

from semcodec.backends.calls.call import Call, Reply, Usage
from semcodec.backends.calls.line import Line
from semcodec.backends.calls.purse import Purse
from semcodec.backends.calls.tape import Tape

__all__ = ["Call", "Reply", "Usage", "Line", "Purse", "Tape"]
