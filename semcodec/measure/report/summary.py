"""Means over photographs: sizes and rates by setting, baselines, metrics, and the headline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import fmean
from typing import Final, NamedTuple

from semcodec.measure.results import Baseline, Photograph, Result, Results, Setting

HEADLINE_K: Final = 12  #: the words of the setting that the page shows first, as of ``encode``
JPEG: Final = "JPEG"
USUAL_QUALITY: Final = "75"  #: in the name of a setting of JPEG


class MeanRate(NamedTuple):
    """The means of one setting over the photographs that have a result.

    Attributes:
        setting: the setting.
        photographs: how many there are; the means are None if there are none.
        words, bytes: of a record.
        bits: by the part of the record.
        payload_ubpp, file_ubpp: micro-bits per pixel of the picture.
        to_floor, to_usual: how many times larger JPEG files are in total, at the smallest that
            JPEG can do and at quality 75; None if they were not measured.
    """

    setting: Setting
    photographs: int
    words: float | None
    bytes: float | None
    bits: dict[str, float]
    payload_ubpp: float | None
    file_ubpp: float | None
    to_floor: float | None
    to_usual: float | None


class MeanBaseline(NamedTuple):
    """The means of a codec at one of its settings."""

    codec: str
    setting: str
    is_floor: bool
    photographs: int
    bytes: float
    bpp: float
    metrics: dict[str, float]


def pairs_of(results: Results, setting: str) -> list[tuple[Photograph, Result]]:
    """Return the photographs that have a result with a setting, each with it."""
    return [
        (photograph, result)
        for photograph in results["photographs"]
        for result in photograph["results"]
        if result["setting"] == setting
    ]


def headline_setting(settings: list[Setting]) -> int:
    """Return the index of the setting nearest to what ``encode`` does without options."""

    def distance(index: int) -> tuple[bool, bool, int, int]:
        setting = settings[index]
        k = HEADLINE_K if setting["k"] is None else setting["k"]
        return (
            setting["layers"] != "off",
            setting["coding"] != "lexicon",
            abs(k - HEADLINE_K),
            index,
        )

    return min(range(len(settings)), key=distance, default=0)


def mean_rates(results: Results) -> list[MeanRate]:
    """Return the means of each setting, in their order."""
    return [
        _mean_rate(setting, pairs_of(results, setting["id"])) for setting in results["settings"]
    ]


def _mean_rate(setting: Setting, pairs: list[tuple[Photograph, Result]]) -> MeanRate:
    rates = [result["rate"] for _, result in pairs]
    names = dict.fromkeys(name for rate in rates for name in rate["bits"])
    return MeanRate(
        setting=setting,
        photographs=len(pairs),
        words=mean(len(result["words"]) for _, result in pairs),
        bytes=mean(rate["file_bits"] / 8 for rate in rates),
        bits={name: fmean(rate["bits"].get(name, 0) for rate in rates) for name in names},
        payload_ubpp=mean(rate["payload_ubpp"] for rate in rates),
        file_ubpp=mean(rate["file_ubpp"] for rate in rates),
        to_floor=_total_ratio(pairs, is_floor),
        to_usual=_total_ratio(pairs, is_usual),
    )


def is_floor(baseline: Baseline) -> bool:
    """Return whether a baseline is the smallest file that JPEG can make."""
    return baseline["codec"] == JPEG and baseline["is_floor"]


def is_usual(baseline: Baseline) -> bool:
    """Return whether a baseline is JPEG at quality 75."""
    return baseline["codec"] == JPEG and USUAL_QUALITY in baseline["setting"]


def jpeg_bytes(photograph: Photograph, is_wanted: Callable[[Baseline], bool]) -> int | None:
    """Return the bytes of the JPEG file of a photograph for which ``is_wanted`` is true, if any."""
    return next((each["bytes"] for each in photograph["baselines"] if is_wanted(each)), None)


def _total_ratio(
    pairs: list[tuple[Photograph, Result]], is_wanted: Callable[[Baseline], bool]
) -> float | None:
    """Return the bytes of all JPEG files over those of the records of the same photographs."""
    sizes = [
        (size, result["rate"]["file_bits"] / 8)
        for photograph, result in pairs
        if (size := jpeg_bytes(photograph, is_wanted)) is not None
    ]
    records = sum(record for _, record in sizes)
    return sum(size for size, _ in sizes) / records if records else None


def mean_baselines(results: Results) -> list[MeanBaseline]:
    """Return the means of all codecs and their settings, in the order of the first photograph."""
    groups: dict[tuple[str, str, bool], list[Baseline]] = {}
    for photograph in results["photographs"]:
        for each in photograph["baselines"]:
            groups.setdefault((each["codec"], each["setting"], each["is_floor"]), []).append(each)
    return [
        MeanBaseline(
            *key,
            photographs=len(group),
            bytes=fmean(each["bytes"] for each in group),
            bpp=fmean(each["bpp"] for each in group),
            metrics=mean_values(each["metrics"] for each in group),
        )
        for key, group in groups.items()
    ]


def mean_values(rows: Iterable[Mapping[str, float | None]]) -> dict[str, float]:
    """Return the mean of each name over the rows that have a number for it."""
    columns: dict[str, list[float]] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                columns.setdefault(name, []).append(value)
    return {name: fmean(values) for name, values in columns.items()}


def metric_values(result: Result) -> dict[str, float | None]:
    """Return all metrics of a result: of its words, and of its picture."""
    return {**result["fidelity"], **result["picture"]}


def mean(values: Iterator[float]) -> float | None:
    """Return the mean, or None without any value."""
    numbers = list(values)
    return fmean(numbers) if numbers else None
