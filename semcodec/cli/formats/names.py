"""Names of files in formats for programs: none may be changed, and any byte may be in a name.

On POSIX a name is bytes; Python decodes them, and those that are not UTF-8 become lone surrogates,
which neither UTF-8 nor JSON nor XML can carry.
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote


def json_keys(name: str) -> dict[str, str]:
    """Return ``{"file": name}``; with ``"file_bytes"``, the name in hex, if it is not Unicode."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        data = os.fsencode(name)
        return {"file": data.decode("utf-8", "replace"), "file_bytes": data.hex()}
    return {"file": name}


def to_uri(name: str, *, windows: bool = os.name == "nt") -> str:
    """Return a URI for a path, relative if the path is relative, with every other byte escaped."""
    path = PureWindowsPath(name) if windows else PurePosixPath(name)
    quoted = quote(os.fsencode(name.replace("\\", "/") if windows else name))
    if not path.is_absolute():
        return quoted
    if windows:  # a drive keeps its colon
        quoted = quoted.replace("%3A", ":", 1)
    return "file://" + ("" if quoted.startswith("/") else "/") + quoted


def to_posix(name: str, *, windows: bool = os.name == "nt") -> str:
    """Return a path with slashes as separators."""
    return name.replace("\\", "/") if windows else name
