"""Results without names of folders and servers, which may tell a user's name or a private network.

Files are passed on, but messages and names of models have such names: a server of local models
names them by their paths, for example.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from semcodec.measure.results import Results

MAX_MESSAGE: Final = 8_000  #: characters of a message that are kept
#: An absolute path: of a drive, a user's folder, a share, or from the root with at least two names.
PATH: Final = re.compile(
    r"""(?:file://|(?<![\w./\\:]))      # not within a relative path or a URL
    (?:[A-Za-z]:[/\\]|~[\w.-]*[/\\]|\\\\|/(?=[^\s/"'<>|]+/))
    (?:[^/\\"'<>|:\n]*[/\\])*           # folders, which may have blanks
    (?P<name>[^\s/\\"'<>|:]*)""",
    re.VERBOSE,
)
URL: Final = re.compile(r"\b(?:https?|wss?|ftp)://[^\s\"'<>]*", re.IGNORECASE)
#: The keys of results that have messages, names of models, or the command.
KEYS: Final = frozenset(
    ("backends", "command", "skipped", "error", "failed", "notices", "out_of_band", "model")
)


def without_places(text: str) -> str:
    """Return a message of the library or a name of a model, without folders and addresses.

    ``"Cannot read /home/ann/cat.jpg: it is empty."`` becomes ``"Cannot read cat.jpg: it is
    empty."`` Addresses of servers are left out, since they may be those of a private network.
    """
    without_paths = PATH.sub(lambda match: match["name"] or "…", text[:MAX_MESSAGE])
    return URL.sub("[address]", without_paths)


def results_without_places(results: Results) -> Results:
    """Return ``results`` without places in the values of ``KEYS``.

    Descriptions and words stay as they are, since they are what is measured.
    """
    return cast("Results", _clean(results))


def _clean(value: Any, *, is_message: bool = False) -> Any:
    if isinstance(value, str):
        return without_places(value) if is_message else value
    if isinstance(value, Mapping):
        return {
            key: _clean(each, is_message=is_message or key in KEYS) for key, each in value.items()
        }
    if isinstance(value, Sequence):
        return [_clean(each, is_message=is_message) for each in value]
    return value
