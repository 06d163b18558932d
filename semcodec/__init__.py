"""Encode a photograph as a few words, about 15 bytes, and paint an image from them."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING

from semcodec._version import __version__ as __version__
from semcodec.forks import block_fork as _block_fork

if TYPE_CHECKING:
    from semcodec.bitstream import (
        Limits,
        Models,
        Record,
        RecordReport,
        Report,
        SequenceReader,
        SequenceWriter,
        embed_png,
        extension,
        extract_png,
        inspect,
        pack,
        rate_breakdown,
        read_sequence,
        repack,
        truncate,
        unpack,
        unpack_all,
        unpack_sequence,
        validate,
        validate_all,
        write_sequence,
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
    from semcodec.pipeline import Decoded, Encoded, Trace
    from semcodec.pipeline.decode import decode
    from semcodec.pipeline.encode import encode
    from semcodec.words import decompress, readings, select, skeleton

__all__ = [
    "encode",
    "decode",
    "pack",
    "unpack",
    "unpack_all",
    "unpack_sequence",
    "read_sequence",
    "write_sequence",
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
    "validate_all",
    "inspect",
    "rate_breakdown",
    "Encoded",
    "Decoded",
    "Trace",
    "Record",
    "Models",
    "Limits",
    "RecordReport",
    "Report",
    "SequenceReader",
    "SequenceWriter",
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

#: The public names by the module that has them. It is imported when one of them is first used:
#: all of them together take a fifth of a second, in which Ctrl-C would print a traceback.
_NAMES = {
    "semcodec.bitstream": (
        "Limits Models Record RecordReport Report SequenceReader SequenceWriter embed_png "
        "extension extract_png inspect pack rate_breakdown read_sequence repack truncate unpack "
        "unpack_all unpack_sequence validate validate_all write_sequence"
    ),
    "semcodec.errors": (
        "BackendError BudgetExceededError FormatError InputError InvalidResponseError "
        "MissingFeatureError RefusalError SemcodecError UnsupportedError"
    ),
    "semcodec.pipeline": "Decoded Encoded Trace",
    "semcodec.pipeline.decode": "decode",
    "semcodec.pipeline.encode": "encode",
    "semcodec.words": "decompress readings select skeleton",
}

if not TYPE_CHECKING:  # a type checker would take any name for one of the package

    def __getattr__(name: str) -> object:
        """Return a public name, or a module of the package, and import it first."""
        with _block_fork():  # in a child that was forked during an import, it would never end
            for module, names in _NAMES.items():
                if name in names.split():
                    value = globals()[name] = getattr(importlib.import_module(module), name)
                    return value
            if not name.startswith("__") and importlib.util.find_spec(f"{__name__}.{name}"):
                return importlib.import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
