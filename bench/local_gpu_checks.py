"""What bench/local_gpu.py measures after the photographs: repeatability, and planted faults."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import checker
import checker_page
from local_gpu_photo import SEED
from local_gpu_results import Results

from semcodec import backends, imaging
from semcodec.backends.isolation import isolate
from semcodec.backends.local import LocalBackend
from semcodec.errors import SemcodecError

FORMATS: Final = ("JPEG", "PNG", "WEBP")


def measure_backend(
    photos: Sequence[Path],
    local: LocalBackend,
    pairs: int,
    end: float,
    report: Any,
    results: Results,
) -> None:
    """Add the facts and the table that are not about single photographs."""
    if time.monotonic() > end:
        results.failed.append("checks after the photographs: not begun, since --minutes are over")
        return
    try:
        if results.photographs:
            report("the same description and the same seed again")
            name = results.photographs[0].name
            photo = next(path for path in photos if path.name == name)
            results.facts |= measure_properties(photo, local)
        if pairs and time.monotonic() > end:
            results.failed.append("planted faults: not begun, since --minutes are over")
        elif pairs:
            report(f"planted faults, {pairs} pairs of pictures each")
            results.table = measure_checker(local, pairs, end)
        else:
            results.table = "not measured: --pairs 0"
    except SemcodecError as error:
        results.failed.append(f"checks after the photographs: {error}")


def measure_properties(photo: Path, local: LocalBackend) -> dict[str, str]:
    """Return whether a description and a picture are the same when they are made again."""
    image = imaging.open_image(photo.read_bytes(), FORMATS).convert("RGB")
    size = local.paintable_size((1024, 1024))
    with isolate(local, "describe", "failed to describe"):
        texts = [local.describe(image) for _ in range(2)]
    with isolate(local, "paint", "failed to paint"):
        pictures = [local.paint("a red boat on a lake", size, SEED).tobytes() for _ in range(2)]
    return {
        "same photograph, same description": "yes" if texts[0] == texts[1] else "no",
        "same seed, same pixels": "yes" if pictures[0] == pictures[1] else "no",
    }


def measure_checker(local: LocalBackend, pairs: int, end: float) -> str:
    """Return the table of planted faults that the model sees, in pairs that are begun in time."""
    lists = checker.read_lists(checker.DEFAULT_LISTS, k=12)
    painter = backends.find("painter", "embedded")
    name = f"{local.name} {local.model_name('checker')}"
    candidates: Any = {name: checker.ByStatements(local.check)}
    made = checker.make_pairs(lists, painter, pairs, SEED)
    in_time = takewhile(lambda _: time.monotonic() <= end, made)
    with isolate(local, "check", "failed to check a picture"):
        return checker_page.make_table(checker.measure(candidates, in_time)).rstrip()
