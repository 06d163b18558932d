"""Put the results of photographs together: the content of ``results.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from semcodec._version import __version__
from semcodec.measure.results import SCHEMA, Photograph, Results, Setting


def assemble(
    settings: Sequence[Setting],
    photographs: Sequence[Photograph],
    *,
    backends: Mapping[str, str],
    command: str,
) -> Results:
    """Return all results.

    Args:
        settings: the settings, in order.
        photographs: the photographs, in order, also those with an error.
        backends: names of the models by role.
        command: the options that matter, without paths.
    """
    return {
        "schema": SCHEMA,
        "version": __version__,
        "backends": dict(backends),
        "command": command,
        "settings": list(settings),
        "metrics": [],
        "photographs": list(photographs),
        "retrieval": [],
        "skipped": {},
    }


def failed_photograph(name: str, sha256: str, error: str) -> Photograph:
    """Return the row of a photograph that could not be measured."""
    return {
        "name": name,
        "sha256": sha256,
        "size": [],
        "file_bytes": 0,
        "description": None,
        "photograph_file": None,
        "baselines": [],
        "results": [],
        "error": error,
    }
