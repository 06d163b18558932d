"""Text to bytes and back, exactly: the format of SEMCODEC-1, counted to the bit.

Integers only; no clock, file, network or randomness; standard library only, but for the field map.
"""

from __future__ import annotations

from semcodec.bitstream.extensions import name, requested_k
from semcodec.bitstream.inspector import Field, Finding, Report, inspect, validate
from semcodec.bitstream.models import Models
from semcodec.bitstream.packing import pack, repack, unpack
from semcodec.bitstream.record import Limits, Record
from semcodec.bitstream.rules import RULES

__all__ = [
    "pack",
    "unpack",
    "repack",
    "validate",
    "inspect",
    "Record",
    "Models",
    "Limits",
    "Report",
    "Finding",
    "Field",
    "RULES",
    "name",
    "requested_k",
]
