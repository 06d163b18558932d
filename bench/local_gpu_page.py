"""The page and the contact sheet of bench/local_gpu.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

import layer_sheets
from local_gpu_photo import LAYOUT, WAYS
from local_gpu_results import Cost, Photograph
from PIL import Image

from semcodec.backends.local import LocalBackend

GIB: Final = 2**30
CHECKS: Final = (
    "Without reflection, the picture is checked after painting: those seconds are not in the first "
    "column. No column has the seconds to load models."
)
ENCODING: Final = ("describe", "locate", "write")  #: kinds of work, as columns
DECODING: Final = ("write", "paint", "edit")


def render(
    facts: Mapping[str, str],
    photographs: Sequence[Photograph],
    checker: str,
    failed: Sequence[str],
) -> str:
    """Return the page as Markdown.

    Args:
        facts: of the run, by their names.
        photographs: that were measured.
        checker: a table of planted faults, or why there is none.
        failed: names and messages of the photographs that failed.
    """
    parts = ["# Local models on photographs", table(("", ""), facts.items())]
    if photographs:
        parts += ["## Painting, means of a photograph", _ways_table(photographs), CHECKS]
        parts += ["## Photographs", _photographs_table(photographs)]
    parts += ["## Planted faults that the model sees", checker]
    if failed:
        parts += ["## Failed", "\n".join(f"- {failure}" for failure in failed)]
    return "\n\n".join(parts) + "\n"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown; all columns but the first are aligned to the right."""
    marks = ["---", *["--:" if title else "---" for title in heading[1:]]]
    lines = [f"| {' | '.join(row)} |" for row in (heading, *rows)]
    return "\n".join([lines[0], f"|{'|'.join(marks)}|", *lines[1:]])


def _ways_table(photographs: Sequence[Photograph]) -> str:
    heading = ["painted with", "s", *(f"s to {kind}" for kind in DECODING)]
    heading += ["s to check", "true statements", "color distance", "tries", "changed"]
    heading += ["stopped because", "GPU memory"]
    rows = []
    for name, *_ in WAYS:
        painted = [one.painted[name] for one in photographs]
        costs = [one.cost for one in painted]
        statements = sum(one.statements for one in painted)
        rows.append([
            name,
            f"{fmean(cost.without_loading for cost in costs):.1f}",
            *mean_seconds(costs, DECODING),
            f"{fmean(one.check_seconds for one in painted):.1f}",
            f"{sum(one.true_statements for one in painted)} of {statements}",
            f"{fmean(one.distance for one in painted):.1f}",
            str(sum(one.tries for one in painted)),
            f"{sum(one.is_changed for one in painted)} of {len(painted)}",
            count_reasons(one.stopped for one in painted),
            highest_memory(costs),
        ])  # fmt: skip
    return table(heading, rows)


def _photographs_table(photographs: Sequence[Photograph]) -> str:
    heading = ["photograph", "bytes", "boxes", *(f"s to {kind}" for kind in ENCODING)]
    heading += ["s to paint", "words", "color distance"]
    rows = []
    for one in photographs:
        plain = one.painted[WAYS[0][0]]
        boxes = str(one.boxes) if LAYOUT in one.layers.split(",") else "–"
        rows.append([
            one.name,
            str(one.bytes),
            boxes,
            *mean_seconds([one.cost], ENCODING),
            *mean_seconds([plain.cost], ("paint",)),
            one.words,
            f"{plain.distance:.1f}",
        ])  # fmt: skip
    return table(heading, rows)


def mean_seconds(costs: Sequence[Cost], kinds: Iterable[str]) -> list[str]:
    """Return the mean seconds of each kind of work."""
    return [f"{fmean(cost.seconds.get(kind, 0.0) for cost in costs):.1f}" for kind in kinds]


def count_reasons(reasons: Iterable[str]) -> str:
    """Return each reason and how often it occurs.

    >>> count_reasons(["no gain", "", "no gain", "all tries are used"])
    'no gain: 2, all tries are used: 1'
    """
    counts = Counter(reason for reason in reasons if reason).most_common()
    return ", ".join(f"{reason}: {count}" for reason, count in counts) or "–"


def highest_memory(costs: Iterable[Cost]) -> str:
    """Return the highest use of the memory of the GPU."""
    memory = [cost.memory for cost in costs if cost.memory is not None]
    return f"{max(memory) / GIB:.1f} GiB" if memory else "–"


def describe_models(local: LocalBackend) -> dict[str, str]:
    """Return the models, their precision, the device and the versions."""
    parts = local.dependencies()
    facts = {}
    for kind, title in (("text", "model of texts"), ("image", "model of pictures")):
        part = parts[kind]
        facts[title] = (
            f"{part['model']} ({part['dtype']}, quantization {part['quantization']}, "
            f"offload {part['offload']}, revision {part['revision'] or 'unknown'})"
        )
    text = parts["text"]
    facts["device"] = f"{text['device']}: {text['hardware']}"
    facts["versions"] = ", ".join(f"{name} {value}" for name, value in text["versions"].items())
    return facts


def describe_run(photographs: Sequence[Photograph], seconds: Mapping[str, float]) -> dict[str, str]:
    """Return numbers of all photographs, the seconds of this run by kind, and the memory."""
    import resource

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    encoded = [one.cost for one in photographs]
    painted = [way.cost for one in photographs for way in one.painted.values()]
    located = [LAYOUT in one.layers.split(",") for one in photographs]
    facts = {"photographs": str(len(photographs))}
    if photographs:
        facts["bytes of a record"] = f"{fmean(one.bytes for one in photographs):.1f} on average"
        facts["records with a layout"] = f"{sum(located)} of {len(located)}"
    spent = ", ".join(f"{kind} {value:.1f}" for kind, value in Counter(seconds).most_common())
    facts["seconds of this run"] = spent or "none: all was measured before"
    facts["highest memory of the GPU, describing"] = highest_memory(encoded)
    facts["highest memory of the GPU, painting"] = highest_memory(painted)
    facts["highest memory of the process"] = f"{kilobytes * 1024 / GIB:.1f} GiB"
    return facts


def draw_sheet(photographs: Sequence[Photograph], folder: Path) -> None:
    """Write the sheet from the pictures in the folder: a row for each photograph."""
    strips = []
    for one in photographs:
        files = [folder / f"{Path(one.name).stem}{end}.png" for end in ("", *_endings())]
        photo, *pictures = (Image.open(file).convert("RGB") for file in files)
        titles = [
            f"{name}: {way.cost.without_loading:.1f} s, {way.true_statements} of {way.statements}"
            for name, way in one.painted.items()
        ]
        name = f"{one.name}, {one.bytes} bytes"
        strips.append(layer_sheets.Strip(name, one.words, photo, pictures, titles))
    layer_sheets.draw(strips).save(folder / "sheet.png")


def _endings() -> list[str]:
    return [f"-{name}" for name, *_ in WAYS]
