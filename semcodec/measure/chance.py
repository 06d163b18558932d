"""What each metric is between pictures and the photographs of others: its value by chance.

Without it, a number means little: two photographs of anything have some words, colors and shapes in
common. Each picture is compared with a few other photographs. The pictures are of all settings in
turn, so that there is one value for all settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image

from semcodec import imaging
from semcodec.bitstream import Record, unpack
from semcodec.measure.fidelity import Fidelity, View
from semcodec.measure.means import mean_values
from semcodec.measure.pictures import match_boxes
from semcodec.measure.results import Results

SHIFTS: Final = (1, 5, 9)  #: the other photographs, by their distance in the list
MAX_SAMPLES: Final = 24  #: pictures
MAX_SLOW_SAMPLES: Final = 6  #: pictures that are described again, and photographs that are located


class Sample(NamedTuple):
    """A picture with its photograph.

    Attributes:
        photograph: an RGB image.
        description: of the photograph.
        record: from which the picture was painted.
        picture: an RGB image.
    """

    photograph: Image.Image
    description: str
    record: Record
    picture: Image.Image


def read_samples(results: Results, folder: Path) -> list[Sample]:
    """Return pictures of all settings in turn, at most ``MAX_SAMPLES``, evenly spaced.

    There are none without pictures, or without copies of the photographs.

    Args:
        results: of several photographs.
        folder: of the files that they name.

    Raises:
        SemcodecError: a file cannot be read.
    """
    painted = []
    for photograph in results["photographs"]:
        pictures = [result for result in photograph["results"] if result["picture_file"]]
        if pictures and photograph["photograph_file"] and photograph["description"]:
            painted.append((photograph, pictures))
    step = max(1, -(-len(painted) // MAX_SAMPLES))
    samples = []
    for at, (photograph, pictures) in enumerate(painted[::step]):
        result = pictures[at % len(pictures)]
        files = [photograph["photograph_file"], result["picture_file"]]
        images = [imaging.load(folder / str(name)).image.convert("RGB") for name in files]
        record = unpack(bytes.fromhex(result["record"]))
        samples.append(Sample(images[0], str(photograph["description"]), record, images[1]))
    return samples


def measure(fidelity: Fidelity, samples: Sequence[Sample]) -> dict[str, float]:
    """Return the mean of each metric over pictures and other photographs; empty for one sample."""
    views = [fidelity.view(sample.photograph, sample.description) for sample in samples]
    return mean_values(_compare_others(fidelity, samples, views))


def _compare_others(
    fidelity: Fidelity, samples: Sequence[Sample], views: Sequence[View]
) -> Iterator[Mapping[str, float | None]]:
    shifts = {shift % len(samples) for shift in SHIFTS} - {0} if samples else set()
    boxes = [
        _located(fidelity, view, sample)
        for view, sample in zip(views[:MAX_SLOW_SAMPLES], samples, strict=False)
    ]
    for at, sample in enumerate(samples):
        for other in sorted((at + shift) % len(samples) for shift in shifts):
            yield fidelity.words(views[other], sample.record)
            yield fidelity.compare(views[other], sample.picture)
            if max(at, other) < len(boxes) and boxes[other]:
                yield from ({"box_iou": iou} for iou, _ in match_boxes(boxes[at], boxes[other]))
            if at < MAX_SLOW_SAMPLES and fidelity.round_trips_are_free:
                yield fidelity.roundtrip(fidelity.received(samples[other].record), sample.picture)


def _located(
    fidelity: Fidelity, view: View, sample: Sample
) -> list[tuple[float, float, float, float]]:
    """Return all boxes of a photograph: its picture would have them if all were drawn rightly."""
    words = fidelity.received(sample.record)
    return [box for boxes in fidelity.locate(view, words) for box in boxes]
