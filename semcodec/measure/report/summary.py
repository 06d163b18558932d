"""Means over photographs: sizes and rates by setting, and metrics."""

from __future__ import annotations

from statistics import fmean
from typing import Final, NamedTuple

from semcodec.measure import claims
from semcodec.measure.means import mean, mean_values, pairs_of
from semcodec.measure.results import Photograph, Results, Setting

HEADLINE_K: Final = 12  #: the words of the setting that the page shows first, as of ``encode``
JPEG: Final = "JPEG"
USUAL: Final = "q75"  #: a usual setting of JPEG


class MeanRate(NamedTuple):
    """The means of one setting over the photographs that have a result.

    Attributes:
        setting: the setting.
        photographs: how many there are; the means are None if there are none.
        words, bytes: of a record.
        bits: by the part of the record.
        payload_ubpp, file_ubpp: micro-bits per pixel of the picture.
        to_floor, to_usual: how many times larger JPEG files are in total (see ``measure.claims``),
            at the smallest that JPEG can do and at quality 75; None if they were not measured.
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
    return [_mean_rate(results, setting) for setting in results["settings"]]


def _mean_rate(results: Results, setting: Setting) -> MeanRate:
    pairs = pairs_of(results, setting["id"])
    rates = [result["rate"] for _, result in pairs]
    names = dict.fromkeys(name for rate in rates for name in rate["bits"])
    ratios = claims.compare(results, setting["id"]) if pairs else []
    return MeanRate(
        setting=setting,
        photographs=len(pairs),
        words=mean(len(result["words"]) for _, result in pairs),
        bytes=mean(rate["file_bits"] / 8 for rate in rates),
        bits={name: fmean(rate["bits"].get(name, 0) for rate in rates) for name in names},
        payload_ubpp=mean(rate["payload_ubpp"] for rate in rates),
        file_ubpp=mean(rate["file_ubpp"] for rate in rates),
        to_floor=next((each.ratio for each in ratios if is_floor(each.codec, each.is_floor)), None),
        to_usual=next((each.ratio for each in ratios if is_usual(each.codec, each.setting)), None),
    )


def is_floor(codec: str, at_floor: bool) -> bool:
    """Return whether a file is the smallest that JPEG can make."""
    return codec == JPEG and at_floor


def is_usual(codec: str, setting: str) -> bool:
    """Return whether a file is JPEG at quality 75."""
    return (codec, setting) == (JPEG, USUAL)


def jpeg_bytes(photograph: Photograph) -> tuple[int | None, int | None]:
    """Return the bytes of the smallest JPEG file of a photograph, and of the usual one."""
    floor = usual = None
    for each in photograph["baselines"]:
        if is_floor(each["codec"], each["is_floor"]):
            floor = each["bytes"]
        if is_usual(each["codec"], each["setting"]):
            usual = each["bytes"]
    return floor, usual


def mean_metrics_of_codecs(results: Results) -> dict[tuple[str, str], dict[str, float]]:
    """Return the mean metrics of decoded photographs, by codec and setting."""
    groups: dict[tuple[str, str], list[dict[str, float]]] = {}
    for photograph in results["photographs"]:
        for each in photograph["baselines"]:
            groups.setdefault((each["codec"], each["setting"]), []).append(each["metrics"])
    return {key: mean_values(rows) for key, rows in groups.items()}
