"""Messages of the library name arguments of Python; on a command line they are options."""

from __future__ import annotations

import re
from typing import Final

#: An argument with a value, such as ``coding='lexicon'``.
_WITH_VALUE: Final = re.compile(r"(?<![\w'\"/.-])(coding|framing|check|order|profile)='([\w-]+)'")
#: An argument alone, such as ``max_bytes 48``. A name in quotes or in a path belongs to the user,
#: and what a record is longer than (SC-LIM-1) is the limit of readers, which no option changes.
_ALONE: Final = re.compile(
    r"(?<![\w'\"/.-])(?<!longer than )(max_bytes|ubpp(?= \d))(?![\w'\"/.=-])"
)
#: What saves bytes, in ``use max_bytes 7, or framing bare, which needs 4``.
_SAVING: Final = re.compile(r"(?<=, or )(framing|check|size) (?=[\w]+, which )")


def use_option_names(message: str) -> str:
    """Return ``message`` with options for the arguments of functions that it names.

    >>> use_option_names("max_bytes 3 is too low: use max_bytes 48, or use coding='utf8'.")
    '--max-bytes 3 is too low: use --max-bytes 48, or use --coding utf8.'
    """
    message = _WITH_VALUE.sub(r"--\1 \2", message)
    message = _SAVING.sub(r"--\1 ", message)
    return _ALONE.sub(lambda match: "--" + match[1].replace("_", "-"), message)
