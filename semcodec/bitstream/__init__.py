"""Text to bytes and back, exactly: the format of SEMCODEC-1, counted to the bit.

Integers only; no clock, file, network or randomness; standard library only, but for the field map.
"""

from __future__ import annotations

from semcodec.bitstream.extensions import extension
from semcodec.bitstream.fields import Field
from semcodec.bitstream.inspector import Finding, Report, inspect, validate
from semcodec.bitstream.ledger import Ledger, ledger
from semcodec.bitstream.models import Models
from semcodec.bitstream.packing import embed_png, extract_png, pack, repack, unpack, unpack_all
from semcodec.bitstream.profiles import PROFILES
from semcodec.bitstream.record import Limits, Record
from semcodec.bitstream.registry import RULES

__all__ = [
    "pack",
    "unpack",
    "unpack_all",
    "repack",
    "embed_png",
    "extract_png",
    "extension",
    "validate",
    "inspect",
    "ledger",
    "Record",
    "Models",
    "Limits",
    "Report",
    "Finding",
    "Field",
    "Ledger",
    "PROFILES",
    "RULES",
]
