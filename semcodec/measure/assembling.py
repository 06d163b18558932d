"""Put the results of photographs together: the content of ``results.json``."""

from __future__ import annotations

from collections.abc import Sequence

from semcodec._version import __version__
from semcodec.measure.places import results_without_places
from semcodec.measure.results import SCHEMA, Photograph, Results, Retrieval, Setting
from semcodec.measure.tasks import Measured


def assemble(
    settings: Sequence[Setting],
    rows: Sequence[Measured | Photograph],
    *,
    command: str,
) -> Results:
    """Return all results, without names of folders and addresses of servers in messages.

    Args:
        settings: the settings, in order.
        rows: what was measured of each photograph, in order; of one with an error its row.
        command: the options that matter, without paths.
    """
    measured = [row for row in rows if isinstance(row, Measured)]
    models = {role: name for each in measured for role, name in each.models.items()}
    content: Results = {
        "schema": SCHEMA,
        "version": __version__,
        "backends": models,
        "command": command,
        "settings": list(settings),
        "metrics": measured[0].metrics if measured else [],
        "photographs": [row.photograph if isinstance(row, Measured) else row for row in rows],
        "retrieval": _find_photographs(settings, measured),
        "skipped": measured[0].skipped if measured else {},
    }
    return results_without_places(content)


def _find_photographs(settings: Sequence[Setting], rows: Sequence[Measured]) -> list[Retrieval]:
    """Return how many pictures were found, and add the rank of each to its result."""
    from semcodec.measure import retrieval  # needs numpy

    found: list[Retrieval] = []
    for setting in settings:
        # Those with a picture come first, because ``rank`` pairs both lists by place.
        ordered = sorted(rows, key=lambda row: setting["id"] not in row.picture_features)
        painted = [row for row in ordered if setting["id"] in row.picture_features]
        if not painted:
            continue
        ranks = retrieval.rank(
            [row.picture_features[setting["id"]] for row in painted],
            [row.photograph_features for row in ordered],
        )
        for row, rank in zip(painted, ranks, strict=True):
            for result in row.photograph["results"]:
                if result["setting"] == setting["id"] and rank:
                    result["retrieval"] = rank
        found += retrieval.summarize(ranks, setting["id"], len(rows))
    return found


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
