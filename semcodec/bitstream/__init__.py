"""Records to bytes and back: the format of SEMCODEC-1.

Decoder, encoder and validator are of the class full of SEMCODEC-1 (spec §12), or of the class core
if the tables of Annex K are not installed.

Integers only; no clock, file, network or randomness. Only the standard library, except for
``layout``, which uses ``construct`` and is imported when it is needed.
"""

from __future__ import annotations

from semcodec._registry import PROFILES, RULES
from semcodec.bitstream.api import (
    embed_png,
    extract_png,
    pack,
    repack,
    unpack,
    unpack_all,
    unpack_sequence,
)
from semcodec.bitstream.extensions import extension
from semcodec.bitstream.field_map import Field
from semcodec.bitstream.header import Models
from semcodec.bitstream.layers import Layers, WordLayout
from semcodec.bitstream.rate import RateBreakdown, rate_breakdown
from semcodec.bitstream.record import Limits, Record
from semcodec.bitstream.sequence_reader import SequenceReader, read_sequence
from semcodec.bitstream.sequence_writer import SequenceWriter, write_sequence
from semcodec.bitstream.truncation import truncate
from semcodec.bitstream.validation import (
    Finding,
    RecordReport,
    Report,
    inspect,
    validate,
    validate_all,
)

__all__ = [
    "pack",
    "unpack",
    "unpack_all",
    "unpack_sequence",
    "read_sequence",
    "write_sequence",
    "SequenceReader",
    "SequenceWriter",
    "repack",
    "truncate",
    "embed_png",
    "extract_png",
    "extension",
    "validate",
    "validate_all",
    "inspect",
    "rate_breakdown",
    "Record",
    "Models",
    "Limits",
    "Layers",
    "WordLayout",
    "RecordReport",
    "Report",
    "Finding",
    "Field",
    "RateBreakdown",
    "PROFILES",
    "RULES",
]
