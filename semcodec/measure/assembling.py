"""Put the results of photographs together: the content of ``results.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from semcodec._version import __version__
from semcodec.measure.measuring import Measured
from semcodec.measure.results import SCHEMA, Photograph, Results, Setting


def assemble(
    settings: Sequence[Setting],
    rows: Sequence[Measured | Photograph],
    *,
    backends: Mapping[str, str],
    command: str,
) -> Results:
    """Return all results.

    Args:
        settings: the settings, in order.
        rows: what was measured of each photograph, in order; of one with an error its row.
        backends: names of the backends by role; those of models take their place.
        command: the options that matter, without paths.
    """
    measured = [row for row in rows if isinstance(row, Measured)]
    models = {role: name for each in measured for role, name in each.models.items()}
    return {
        "schema": SCHEMA,
        "version": __version__,
        "backends": {**backends, **models},
        "command": command,
        "settings": list(settings),
        "metrics": measured[0].metrics if measured else [],
        "photographs": [row.photograph if isinstance(row, Measured) else row for row in rows],
        "retrieval": [],
        "skipped": measured[0].skipped if measured else {},
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
