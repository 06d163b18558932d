"""Describe and paint photographs with the models of ``--backend local``, on a machine with a GPU.

    pip install -e '.[local,embedded]'
    semcodec models fetch qwen3-vl-4b flux.2-klein-4b
    python bench/local_gpu.py PHOTO_DIR -o results             # the default models of this device
    python bench/local_gpu.py PHOTO_DIR -o results --photos 3 --minutes 8
    python bench/local_gpu.py PHOTO_DIR -o results --tiny models   # small random models, on a CPU

Each photograph is encoded once, with boxes and 12 bytes of colors, and its record is painted in
four ways: words alone; with reflection; with its layers; with both. The folder of results gets all
records and pictures, a sheet of them (sheet.png), and a page (page.md) with the seconds to load,
describe, write, paint, edit and check, the memory, the statements that are true as the model
answers, and the distance of coarse colors from the photograph (mean CIE76 on a grid of 16 x 16).
The page also has the planted faults that the model sees, of a few pairs of pictures; for the
published table run

    python bench/checker.py --checker local

The results of each photograph are written as soon as they are complete, so that the same command
continues after an interruption. The exit status is 1 if something failed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import local_gpu_page
from local_gpu_checks import measure_backend
from local_gpu_photo import LAYOUT, Clock, Measurer, watch
from local_gpu_results import Results

from semcodec.backends.local import LocalBackend, devices, storage
from semcodec.backends.local.models import LocalModels
from semcodec.cli import local_options
from semcodec.errors import SemcodecError

SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")
LAYERS: Final = f"{LAYOUT},colors:12"
PHOTOS: Final = 12
PAIRS: Final = 3  #: of pictures for each planted fault
FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130  #: exit statuses
#: Settings of small models: one step and short answers, since both are noise.
TINY: Final = {"device": "cpu", "steps": 1, "most_output": 80}
TINY_SIDE: Final = 256
LAST_TINY_FILE: Final = "vlm/processor_config.json"


def read_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="PHOTO_DIR", help="folder of photographs")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the results")
    parser.add_argument(
        "--photos",
        type=int,
        default=PHOTOS,
        metavar="N",
        help=f"photographs, the first ones by name (default: {PHOTOS})",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        metavar="M",
        help="begin no photograph and no check after this time; the next run continues "
        "(default: no limit)",
    )
    parser.add_argument("--model", help="model that describes (default: that of the device)")
    parser.add_argument("--painter-model", help="model that paints (default: that of the device)")
    parser.add_argument("--layers", default=LAYERS, help=f"of the records (default: {LAYERS})")
    parser.add_argument(
        "--side",
        type=int,
        metavar="N",
        help="pixels of the longer side of the pictures (default: as the record, about a "
        f"megapixel; with --tiny {TINY_SIDE})",
    )
    parser.add_argument(
        "--pairs",
        type=int,
        metavar="N",
        help=f"pairs of pictures for each planted fault; 0 for none (default: {PAIRS}, "
        "with --tiny 1)",
    )
    parser.add_argument(
        "--tiny",
        type=Path,
        metavar="FOLDER",
        help="use small random models, which are made in this folder if it lacks them: to try the "
        "script without a GPU (default: real models)",
    )
    local_options.add(parser)
    return parser.parse_args()


def find_photographs(folder: Path, count: int) -> list[Path]:
    """Return the first photographs of a folder, by name.

    Raises:
        ValueError: it is not a folder, or has none.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder: name one with photographs.")
    if count < 1:
        raise ValueError(f"--photos {count} measures nothing: give 1 or more.")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not found:
        raise ValueError(f"{folder} has no photographs ({', '.join(SUFFIXES)}): name another one.")
    return found[:count]


def make_backend(options: argparse.Namespace) -> LocalBackend:
    """Return the backend with the models of the options, which are on this machine.

    Raises:
        SemcodecError: PyTorch or a model is not installed.
        ValueError: the machine has no GPU, or lacks a model.
    """
    settings = {**local_options.read_settings(options), "start_from_colors": True}
    device = devices.find_device(options.device or "auto")
    if options.tiny:
        make_tiny_models(options.tiny)
        folders = {"text_model": options.tiny / "vlm", "image_model": options.tiny / "klein"}
        given = {name: value for name, value in settings.items() if value is not None}
        settings = {**TINY, **{name: str(path) for name, path in folders.items()}, **given}
    elif device.is_cpu and options.device is None:
        raise ValueError(
            "PyTorch finds no GPU, and a picture would take minutes: add --tiny FOLDER to try this "
            "script with small models, or --device cpu to wait."
        )
    local = LocalBackend(**settings)
    models = LocalModels(local.settings)
    needed = {model.name: model for model in (models.model("text"), models.model("image"))}
    if missing := [name for name, model in needed.items() if storage.locate(model) is None]:
        names = " ".join(missing)
        raise ValueError(f"Not on this machine: {names}. Run semcodec models fetch {names}.")
    return local


def make_tiny_models(folder: Path) -> None:
    """Make the small models if the folder lacks them."""
    if (folder / LAST_TINY_FILE).exists():
        return
    import tiny_models

    print(f"making small models in {folder}: one to five minutes", flush=True)
    tiny_models.make_pipelines(folder)
    tiny_models.make_text_model(folder / "vlm")


def measure_all(
    photos: Sequence[Path], measurer: Measurer, end: float, report: Any, results: Results
) -> None:
    """Add the measurements of photographs, and names and messages of those that failed.

    Args:
        photos: files.
        measurer: measures one.
        end: the time of ``time.monotonic`` after which none is begun.
        report: gets a text for each step.
        results: to which they are added.
    """
    measured, failed = results.photographs, results.failed
    started, fresh = time.monotonic(), 0
    for number, path in enumerate(photos, 1):
        report.prefix = f"[{number}/{len(photos)}] {path.name}: "
        try:
            kept = measurer.read(path)
            if kept is None and time.monotonic() > end:
                failed.append(f"{path.name}: not begun, since --minutes are over")
                report(failed[-1].partition(": ")[2])
                continue
            measured.append(kept or measurer.measure(path))
        except (SemcodecError, OSError) as error:
            failed.append(f"{path.name}: {error}")
            report(f"FAILED: {error}")
            continue
        if kept:
            report("measured before")
            continue
        fresh += 1
        if others := len(photos) - number:
            left = (time.monotonic() - started) / fresh * others
            report(f"done; about {left / 60:.0f} min for {others} more")


class Report:
    """Prints lines of progress after ``prefix``."""

    def __init__(self) -> None:
        self.prefix = ""

    def __call__(self, text: str) -> None:
        """Print a line."""
        print(self.prefix + text, flush=True)


def run(photos: Sequence[Path], local: LocalBackend, options: argparse.Namespace) -> int:
    """Measure everything, write the results, and return the exit status."""
    options.output.mkdir(parents=True, exist_ok=True)
    clock, report = watch(local), Report()
    models = local_gpu_page.describe_models(local)
    report(f"{models['model of texts']} and {models['model of pictures']} on {models['device']}")
    side = options.side or (TINY_SIDE if options.tiny else None)
    measurer = Measurer(local, clock, options.layers, side, options.output, report)
    end = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
    results = Results(facts={**models})
    try:
        measure_all(photos, measurer, end, report, results)
        report.prefix = ""
        pairs = (1 if options.tiny else PAIRS) if options.pairs is None else options.pairs
        measure_backend(photos, local, pairs, end, report, results)
    finally:
        write_results(results, clock, options.output)
    return FAILED if results.failed else 0


def write_results(results: Results, clock: Clock, folder: Path) -> None:
    """Write the page and the sheet, and print the page."""
    measured = results.photographs
    facts = results.facts | local_gpu_page.describe_run(measured, clock.seconds)
    page = local_gpu_page.render(facts, measured, results.table, results.failed)
    (folder / "page.md").write_text(page, "utf-8")
    if measured:
        local_gpu_page.draw_sheet(measured, folder)
    print(f"\n{page}\nwritten to {folder}: page.md" + (", sheet.png" if measured else ""))
    for failure in results.failed:
        print(f"failed: {failure}", file=sys.stderr)


def main() -> int:
    """Measure, and return the exit status."""
    options = read_options()
    try:
        photos = find_photographs(options.folder, options.photos)
        local = make_backend(options)
    except (ValueError, SemcodecError) as error:
        print(f"local_gpu.py: {error}", file=sys.stderr)
        return WRONG_USAGE
    try:
        return run(photos, local, options)
    except KeyboardInterrupt:
        print("Interrupted: the same command continues.", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
