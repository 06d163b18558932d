"""Results in the format of CompressAI, so that its plotter draws them beside learned codecs.

CompressAI (InterDigital, https://github.com/InterDigitalInc/CompressAI) publishes the results of a
codec as one JSON file: its name, a description, and lists of equal length with one value for each
setting, which is the mean over the images. ``spec/schema/compressai-results.json`` has the keys.
``python -m compressai.utils.plot -f FILES -m METRIC`` draws any of the lists over ``bpp``.

There are no ``psnr-rgb`` and ``ms-ssim-rgb`` of painted pictures: they would compare pixels that
the words do not describe. Our metrics of pictures are further lists, for baselines, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Final, NamedTuple, TypedDict

from semcodec.measure.means import pairs_of
from semcodec.measure.results import Photograph, Results, Setting

FOLDER: Final = "compressai"
BPP, ENCODING, DECODING = "bpp", "encoding_time", "decoding_time"


class Curve(TypedDict):
    """The results of one codec, of which each list has one item for each setting."""

    name: str
    description: str
    results: dict[str, list[float]]


class _Point(NamedTuple):
    """The values of one setting, by key: means over the photographs."""

    values: dict[str, float]
    photographs: int


def export(results: Results) -> dict[str, Curve]:
    """Return the curves by the names of their files, without folder.

    There is one for each coding with its layers, and one for each other codec. A point is the mean
    over the photographs that have it; a list that not every point has is left out.
    """
    curves = {}
    for (coding, layers), settings in _series(results["settings"]).items():
        points = [_setting_point(results, setting) for setting in settings]
        name = f"semcodec {coding}" + (f" + {layers}" if layers != "off" else "")
        limits = ", ".join(setting["id"] for setting in settings)
        text = f"semcodec {results['version']}: {limits}. {_explain(results)}"
        curves[_file_name(name)] = _curve(name, text, points)
    codecs = {
        each["codec"]: None for photo in results["photographs"] for each in photo["baselines"]
    }
    for codec in codecs:
        points = [
            _baseline_point(results["photographs"], codec, setting)
            for setting in _settings_of(results["photographs"], codec)
        ]
        text = f"{codec} beside semcodec {results['version']}, on the pixels of the photographs."
        curves[_file_name(codec)] = _curve(codec, text, points)
    return {name: curve for name, curve in curves.items() if curve["results"]}


def _explain(results: Results) -> str:
    used = ", ".join(f"{role} {name}" for role, name in results["backends"].items())
    return (
        f"Painted pictures, not pixels ({used}). bpp counts the pixels of the photograph; the "
        "words and the models of the decoder are not counted."
    )


def _series(settings: Iterable[Setting]) -> dict[tuple[str, str], list[Setting]]:
    found: dict[tuple[str, str], list[Setting]] = {}
    for setting in settings:
        found.setdefault((setting["coding"], setting["layers"]), []).append(setting)
    return found


def _settings_of(photographs: Sequence[Photograph], codec: str) -> list[str]:
    found = (each for photo in photographs for each in photo["baselines"])
    return [*dict.fromkeys(each["setting"] for each in found if each["codec"] == codec)]


def _setting_point(results: Results, setting: Setting) -> _Point:
    rows = [
        {
            BPP: result["rate"]["file_ubpp_of_photograph"] / 1e6,
            ENCODING: result["encode_seconds"],
            DECODING: result["decode_seconds"],
            **result["picture"],
        }
        for _, result in pairs_of(results, setting["id"])
    ]
    return _mean(rows)


def _baseline_point(photographs: Sequence[Photograph], codec: str, setting: str) -> _Point:
    rows = [
        {
            BPP: each["bpp"],
            ENCODING: each["encode_seconds"],
            DECODING: each["decode_seconds"],
            **each["metrics"],
        }
        for photograph in photographs
        for each in photograph["baselines"]
        if each["codec"] == codec and each["setting"] == setting
    ]
    return _mean(rows)


def _mean(rows: Sequence[dict[str, float]]) -> _Point:
    """Return the means of the keys that all rows have."""
    shared = [key for key in rows[0] if all(key in row for row in rows)] if rows else []
    return _Point({key: fmean(row[key] for row in rows) for key in shared}, len(rows))


def _curve(name: str, description: str, points: Iterable[_Point]) -> Curve:
    found = sorted(
        (point for point in points if point.photographs), key=lambda each: each.values[BPP]
    )
    counts = sorted({point.photographs for point in found})
    shown = "-".join(map(str, counts))
    shared = dict.fromkeys(key for point in found for key in point.values)
    lists = {
        key: [point.values[key] for point in found]
        for key in shared
        if all(key in point.values for point in found)
    }
    return {"name": name, "description": f"{description} Photographs: {shown}.", "results": lists}


def _file_name(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-") + ".json"
