"""What the page shows of each photograph and of each result, as values for the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from semcodec.bulk.digests import digest_file
from semcodec.measure import means
from semcodec.measure.main_metrics import main_metrics, measured_metrics
from semcodec.measure.report import summary
from semcodec.measure.report.hexdump import Part, split_record
from semcodec.measure.report.traces import StageRow, read_stages
from semcodec.measure.results import Metric, Photograph, Result, Results

#: The metrics that are shown next to each picture; a column has room for three.
KEY_METRICS: Final = ("words_f1", "objects_f1", "de16")


class SortKey(NamedTuple):
    """A value by which photographs can be sorted.

    Attributes:
        label: for people.
        higher_is_better: whether photographs with more of it come first.
        is_main: whether it is shown before the others.
    """

    label: str
    higher_is_better: bool
    is_main: bool = True


class MetricRow(NamedTuple):
    """A metric of a result and its value."""

    metric: Metric
    value: float | None


@dataclass(frozen=True)
class ResultView:
    """A photograph with one setting; ``index`` is that of the setting."""

    index: int
    result: Result
    parts: list[Part]
    to_floor: float | None
    to_usual: float | None
    metrics: list[MetricRow]
    stages: list[StageRow]
    values: list[float | None]  #: by which it is sorted, in the order of ``sort_keys``

    @property
    def bytes(self) -> int:
        """The size of the record."""
        return self.result["rate"]["file_bits"] // 8

    @property
    def ranks(self) -> dict[str, int]:
        """The ranks of the own photograph by image model, from 1."""
        return self.result.get("retrieval", {})

    @property
    def key_metrics(self) -> list[MetricRow]:
        """The metrics that are shown next to the picture."""
        return [row for row in self.metrics if row.metric["name"] in KEY_METRICS]


class PictureView(NamedTuple):
    """A picture, and the settings with which it was painted: equal files are shown once."""

    path: Path
    settings: list[int]
    words: list[str]


@dataclass(frozen=True)
class PhotographView:
    """A photograph and its results; ``original`` is None if photographs are left out."""

    number: int
    photograph: Photograph
    original: Path | None
    pictures: list[PictureView]
    results: list[ResultView]
    failed: dict[int, str]  #: settings without a result, and why

    @property
    def without_picture(self) -> list[int]:
        """The settings with a result, but without a picture."""
        shown = {index for picture in self.pictures for index in picture.settings}
        return [view.index for view in self.results if view.index not in shown]

    @property
    def has_problem(self) -> bool:
        """Whether it or one of its settings failed, or a result has a notice."""
        notices = any(view.result["notices"] for view in self.results)
        return self.photograph["error"] is not None or bool(self.failed) or notices


def sort_keys(results: Results) -> list[SortKey]:
    """Return what photographs can be sorted by, besides their names; bytes are the first."""
    main = main_metrics(results)
    return [
        SortKey("bytes", higher_is_better=False),
        *(
            SortKey(metric["label"], metric["higher_is_better"], metric in main)
            for metric in measured_metrics(results)
        ),
        *(SortKey(f"rank by {model}", higher_is_better=False) for model in ranking_models(results)),
    ]


def ranking_models(results: Results) -> list[str]:
    """Return the image models that have ranked the pictures of any result."""
    return list(
        dict.fromkeys(
            model
            for photograph in results["photographs"]
            for result in photograph["results"]
            for model in result.get("retrieval", {})
        )
    )


def view_photographs(
    results: Results,
    photographs: Sequence[Photograph],
    folder: Path,
    *,
    originals: bool,
    stages: bool,
) -> Iterator[PhotographView]:
    """Yield what is shown of each photograph.

    Args:
        results: all results.
        photographs: those of them that are shown.
        folder: the folder of the results.
        originals: whether the photographs themselves are shown.
        stages: whether the stages of traces are shown.
    """
    indexes = {setting["id"]: index for index, setting in enumerate(results["settings"])}
    metrics, models = measured_metrics(results), ranking_models(results)
    for number, photograph in enumerate(photographs, 1):
        own = photograph["photograph_file"] if originals else None
        known = [each for each in photograph["results"] if each["setting"] in indexes]
        yield PhotographView(
            number=number,
            photograph=photograph,
            original=find_file(folder, own),
            pictures=_pictures(known, indexes, folder),
            results=[
                _view_result(
                    photograph,
                    result,
                    indexes[result["setting"]],
                    metrics,
                    models,
                    _stages(result, folder) if stages else [],
                )
                for result in known
            ],
            failed={
                indexes[setting]: error
                for setting, error in photograph.get("failed", {}).items()
                if setting in indexes
            },
        )


def find_file(folder: Path, name: str | None) -> Path | None:
    """Return the path of a file of the results; None if ``name`` leads out of their folder."""
    if not name or "\0" in name or Path(name).anchor or ".." in Path(name).parts:
        return None
    return folder / name


def image_paths(photographs: Sequence[PhotographView]) -> list[Path]:
    """Return the files of all images that are shown, once each."""
    paths: dict[Path | None, None] = {}
    for view in photographs:
        paths |= dict.fromkeys([view.original, *(picture.path for picture in view.pictures)])
    return [path for path in paths if path is not None]


def _pictures(known: list[Result], indexes: Mapping[str, int], folder: Path) -> list[PictureView]:
    """Return the pictures that can be read, each once."""
    groups: dict[str, PictureView] = {}
    for result in known:
        path = find_file(folder, result["picture_file"])
        if path is not None and (digest := digest_file(path)) is not None:
            view = groups.setdefault(digest.sha256, PictureView(path, [], result["words"]))
            view.settings.append(indexes[result["setting"]])
    return list(groups.values())


def _stages(result: Result, folder: Path) -> list[StageRow]:
    path = find_file(folder, result["trace_file"])
    return [] if path is None else read_stages(path)


def _parts(record: str) -> list[Part]:
    """Return the parts of a record in hexadecimal; none if it is damaged."""
    try:
        return split_record(bytes.fromhex(record))
    except ValueError:
        return []


def _view_result(
    photograph: Photograph,
    result: Result,
    index: int,
    metrics: list[Metric],
    models: list[str],
    stages: list[StageRow],
) -> ResultView:
    values = means.metric_values(result)
    ranks = result.get("retrieval", {})
    size = result["rate"]["file_bits"] / 8
    floor, usual = summary.jpeg_bytes(photograph)
    return ResultView(
        index=index,
        result=result,
        parts=_parts(result["record"]),
        to_floor=floor / size if floor and size else None,
        to_usual=usual / size if usual and size else None,
        metrics=[MetricRow(metric, values.get(metric["name"])) for metric in metrics],
        stages=stages,
        values=[size, *(values.get(m["name"]) for m in metrics), *map(ranks.get, models)],
    )
