"""Describe and paint photographs with the models of ``--backend local``, for a machine with a GPU.

    pip install -e '.[local,embedded,judge]'
    semcodec models fetch qwen3-vl-4b flux.2-klein-4b
    python bench/local_gpu.py photos -o results             # the defaults of this device
    python bench/local_gpu.py photos -o results --model FOLDER --painter-model FOLDER --steps 2

Each photograph is encoded once with boxes and 12 bytes of colors, and its record is painted in four
ways: words alone; with reflection; with its layers; with both. The folder of results gets the
pictures, a contact sheet (sheet.png) and a page (page.md) of times, memory, the rate, statements
that hold as the checker answers them, and the distance of coarse colors from the photograph (mean
CIE76 on a grid of 16 x 16). It also states whether descriptions in a batch are those of single
calls, and whether a seed reproduces a picture. The checker itself is measured by

    python bench/checker.py --checker local
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Final, TypeVar

from layer_metrics import compare, view

import semcodec
from semcodec import imaging
from semcodec.backends.local import LocalBackend, devices
from semcodec.cli import local_options
from semcodec.errors import SemcodecError
from semcodec.imaging.contact_sheet import Cell, draw_contact_sheet
from semcodec.words.predicates import find_predicates

T = TypeVar("T")
SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")
FORMATS: Final = ("JPEG", "PNG", "WEBP")
LAYERS: Final = "layout,colors:12"
SEED: Final = 7
TRIES: Final = 2  #: of reflection
GIB: Final = 2**30
#: The ways to paint a record: name, tries of reflection, and whether layers are used.
WAYS: Final = (
    ("words", 0, False),
    ("reflection", TRIES, False),
    ("layers", 0, True),
    ("both", TRIES, True),
)


@dataclass
class Row:
    """The measurements of one way to paint, one value for each photograph.

    Attributes:
        seconds: to paint, and with reflection to check and edit.
        held: statements that hold in the picture, as the checker answers.
        stated: statements.
        distance: of coarse colors from the photograph.
        kept: pictures that reflection has changed.
    """

    seconds: list[float] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    stated: list[int] = field(default_factory=list)
    distance: list[float] = field(default_factory=list)
    kept: int = 0


@dataclass
class Results:
    """All measurements.

    Attributes:
        rows: by the name of the way.
        describe_seconds, encode_seconds: one for each photograph.
        record_bytes: sizes of the records.
        cells: of the contact sheet.
        failed: photographs that failed, with the message.
    """

    rows: dict[str, Row] = field(default_factory=lambda: {name: Row() for name, *_ in WAYS})
    describe_seconds: list[float] = field(default_factory=list)
    encode_seconds: list[float] = field(default_factory=list)
    record_bytes: list[int] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def timed(function: Callable[[], T]) -> tuple[T, float]:
    """Return the result of ``function``, and the seconds it took."""
    started = time.perf_counter()
    return function(), time.perf_counter() - started


def measure_photo(
    path: Path, layers: str, local: LocalBackend, out: Path, results: Results
) -> None:
    """Encode a photograph, paint its record in all ways, and add the measurements."""
    encoded, seconds = timed(lambda: semcodec.encode(path, backend=local, layers=layers))
    results.encode_seconds.append(seconds)
    results.describe_seconds.append(encoded.trace.stages[0].seconds)
    results.record_bytes.append(len(encoded.data))
    results.cells.append(Cell(encoded.image, path.stem, f"{len(encoded.data)} bytes"))
    (out / f"{path.stem}.semc").write_bytes(encoded.data)
    for name, tries, has_layers in WAYS:
        decoded, seconds = timed(
            lambda tries=tries, has_layers=has_layers: semcodec.decode(  # type: ignore[misc]
                encoded.data,
                backend=local,
                reflect=tries or "off",
                seed=SEED,
                ignore_layers=not has_layers,
            )
        )
        decoded.image.save(out / f"{path.stem}-{name}.png")
        row = results.rows[name]
        row.seconds.append(seconds)
        held, stated = check(local, decoded)
        row.held.append(held)
        row.stated.append(stated)
        views = (view(image, edges=False) for image in (decoded.image, encoded.image))
        row.distance.append(compare(*views).de16)
        reflection = decoded.trace.reflection
        row.kept += reflection is not None and reflection.kept > 0
        note = f"{seconds:.1f} s, {held} of {stated} hold"
        results.cells.append(Cell(decoded.image, name, note))


def check(local: LocalBackend, decoded: semcodec.Decoded) -> tuple[int, int]:
    """Return how many statements of the words hold in a picture, and how many there are."""
    predicates = find_predicates(decoded.words, ordered=decoded.record.coding != "bag")
    answers = local.check(decoded.image, predicates)
    return sum(answer == "yes" for answer in answers), len(predicates)


def measure_properties(photos: Sequence[Path], local: LocalBackend) -> list[tuple[str, str]]:
    """Return whether batches and seeds keep results, and how long several descriptions take."""
    images = [imaging.open_image(path.read_bytes(), FORMATS).convert("RGB") for path in photos[:4]]
    alone, alone_seconds = timed(lambda: [local.describe(image) for image in images])
    batched = LocalBackend(**{**local.settings.to_dict(), "batch": len(images)})
    together, seconds = timed(lambda: batched.describe_many(images))
    equal = sum(a == b for a, b in zip(alone, together, strict=True))
    size = local.paintable_size((1024, 1024))
    first, again = (local.paint("a red boat on a lake", size, SEED) for _ in range(2))
    return [
        (f"descriptions one by one, {len(images)}", f"{alone_seconds:.1f} s"),
        (f"descriptions in a batch of {len(images)}", f"{seconds:.1f} s, {equal} equal"),
        ("same seed, same pixels", "yes" if first.tobytes() == again.tobytes() else "no"),
    ]


def memory_rows() -> list[tuple[str, str]]:
    """Return the highest use of the memory of the GPU, and of this process."""
    torch = devices.import_torch()
    rows = []
    if torch.cuda.is_available():
        rows.append(
            ("highest memory of the GPU", f"{torch.cuda.max_memory_reserved() / GIB:.1f} GiB")
        )
    import resource

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return [*rows, ("highest memory of the process", f"{kilobytes * 1024 / GIB:.1f} GiB")]


def render(results: Results, facts: Iterable[tuple[str, str]]) -> str:
    """Return the page as Markdown."""
    lines = ["# Local models on photographs", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in facts]
    lines += [
        "",
        "| painted with | s per picture | statements that hold | color distance | reflected |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, row in results.rows.items():
        if row.seconds:
            lines.append(
                f"| {name} | {fmean(row.seconds):.1f} | {sum(row.held)} of {sum(row.stated)} "
                f"| {fmean(row.distance):.1f} | {row.kept} of {len(row.seconds)} |"
            )
    lines += [f"\nFailed: {failure}" for failure in results.failed]
    return "\n".join(lines) + "\n"


def read_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("photos", type=Path, help="folder of photographs")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the results")
    parser.add_argument("--count", type=int, default=12, help="photographs (default: 12)")
    parser.add_argument("--model", help="model that describes (default: that of the device)")
    parser.add_argument("--painter-model", help="model that paints (default: that of the device)")
    parser.add_argument("--layers", default=LAYERS, help=f"of the records (default: {LAYERS})")
    local_options.add(parser)
    return parser.parse_args()


def main() -> None:
    """Measure, and write the results."""
    options = read_options()
    local = LocalBackend(**{**local_options.read_settings(options), "start_from_colors": True})
    photos = sorted(path for path in options.photos.rglob("*") if path.suffix.lower() in SUFFIXES)[
        : options.count
    ]
    options.output.mkdir(parents=True, exist_ok=True)
    results = Results()
    for path in photos:
        try:
            measure_photo(path, options.layers, local, options.output, results)
        except SemcodecError as error:
            results.failed.append(f"{path.name}: {error}")
        print(f"{path.name}: {len(results.failed)} failed so far", flush=True)
    properties = measure_properties(photos, local)
    facts = [*describe_run(local), *speed_rows(results), *properties, *memory_rows()]
    page = render(results, facts)
    (options.output / "page.md").write_text(page, "utf-8")
    if results.cells:
        draw_contact_sheet(results.cells, results.cells[0].image.size).save(  # type: ignore[union-attr]
            options.output / "sheet.png"
        )
    print(page)


def describe_run(local: LocalBackend) -> list[tuple[str, str]]:
    """Return the models, their precision, the device and the versions."""
    parts = local.dependencies()
    text = parts["text"]
    rows = [
        (f"model of {'texts' if kind == 'text' else 'pictures'}",
         f"{part['model']} ({part['dtype']}, quantization {part['quantization']}, "
         f"offload {part['offload']}, revision {part['revision'] or 'unknown'})")
        for kind, part in parts.items()
    ]  # fmt: skip
    versions = ", ".join(f"{name} {version}" for name, version in text["versions"].items())
    return [*rows, ("device", f"{text['device']}: {text['hardware']}"), ("versions", versions)]


def speed_rows(results: Results) -> list[tuple[str, str]]:
    """Return the times and sizes of encoding."""
    if not results.encode_seconds:
        return []
    return [
        ("photographs", str(len(results.encode_seconds))),
        ("s to describe", f"{fmean(results.describe_seconds):.1f} on average"),
        ("s to encode", f"{fmean(results.encode_seconds):.1f} on average, with layers"),
        ("bytes of a record", f"{fmean(results.record_bytes):.1f} on average"),
    ]


if __name__ == "__main__":
    main()
