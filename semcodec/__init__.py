"""Encode a photograph as a few words, about 15 bytes, and paint an image from them."""

from __future__ import annotations

from semcodec._version import __version__ as __version__
from semcodec.bitstream import (
    Limits,
    Models,
    Record,
    Report,
    embed_png,
    extension,
    extract_png,
    inspect,
    pack,
    rate_breakdown,
    repack,
    truncate,
    unpack,
    unpack_all,
    unpack_sequence,
    validate,
)
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    FormatError,
    InputError,
    InvalidResponseError,
    MissingFeatureError,
    RefusalError,
    SemcodecError,
    UnsupportedError,
)
from semcodec.pipeline import Decoded, Encoded, Trace, decode, encode
from semcodec.words import decompress, readings, select, skeleton

__all__ = [
    "encode",
    "decode",
    "pack",
    "unpack",
    "unpack_all",
    "unpack_sequence",
    "repack",
    "truncate",
    "embed_png",
    "extract_png",
    "extension",
    "skeleton",
    "select",
    "decompress",
    "readings",
    "validate",
    "inspect",
    "rate_breakdown",
    "Encoded",
    "Decoded",
    "Trace",
    "Record",
    "Models",
    "Limits",
    "Report",
    "SemcodecError",
    "FormatError",
    "UnsupportedError",
    "InputError",
    "BackendError",
    "RefusalError",
    "InvalidResponseError",
    "MissingFeatureError",
    "BudgetExceededError",
]
