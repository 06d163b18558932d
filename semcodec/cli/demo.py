"""``demo``: encode and decode photographs offline, and write a page with the results."""

from __future__ import annotations

import argparse
import os
import webbrowser
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

from semcodec import backends
from semcodec._wording import plural
from semcodec.cli import (
    batch,
    demo_page,
    demo_result,
    endings,
    files,
    options,
    pipeline_options,
    writing,
)
from semcodec.cli.demo_result import DemoResult
from semcodec.cli.encode import is_picture
from semcodec.cli.naming import Source, plan_names
from semcodec.cli.output import (
    UsageError,
    escape_control,
    format_table,
    print_paragraph,
    print_result,
    print_status,
)
from semcodec.cli.parser import DATA_ERROR, DONE, PARTLY_DONE, Commands, Parser, add_command
from semcodec.cli.planning import Purpose, find_sources
from semcodec.cli.walking import folder_identity
from semcodec.errors import SemcodecError

MAX_NAME: Final = 24  #: characters of a photograph's name in the table
MAX_NAME_BYTES: Final = 200  #: of a photograph's file name; most systems allow 255 with an ending
MAX_CHARACTER_BYTES: Final = 4
MAX_SUFFIX: Final = 8  #: characters of a file name's ending
HEADINGS: Final = (
    "photo", "pixels", "K", "payload", "file", "payload", "file", "smaller than JPEG", "words",
)  # fmt: skip
UNITS: Final = ("", "", "", "bytes", "bytes", "µbpp", "µbpp", "q1 / q75", "")
EXPLANATION: Final = (
    "µbpp: micro-bits per pixel of the painted picture, which has about a megapixel. JPEG: the "
    "photograph at its own size in pixels, at the lowest quality (q1) and at a usual one (q75)."
)
ROLES: Final = ("describer", "writer", "painter")
PURPOSE: Final = Purpose(
    inputs="photographs",
    outputs="records",
    ending=demo_result.RECORD_ENDING,
    kind=endings.PICTURE,
    is_input=is_picture,
    check_ending=lambda _: None,
)


class Photo(NamedTuple):
    """A photograph: the name of its files, and its path, ``-`` for stdin, or its bytes.

    Attributes:
        problem: why its file cannot be read, or "".
    """

    name: str
    source: str | bytes
    problem: str = ""

    @property
    def label(self) -> str:
        """What messages call the photograph."""
        return self.source if isinstance(self.source, str) else self.name

    def read(self) -> bytes:
        """Return the bytes of the image file."""
        if self.problem:
            raise UsageError(f"Cannot read {self.label}: {self.problem}.")
        return files.read_bytes(self.source) if isinstance(self.source, str) else self.source


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "demo",
        demo,
        summary="encode and decode photographs offline, and make a page of them",
        description="Encode and decode photographs offline, and write a page that shows each "
        "photograph, its bytes and the picture painted from them.",
        usage="[PHOTO|DIR...] [options]",
        examples=("semcodec demo", "semcodec demo photo.jpg --out page"),
        exit_codes=batch.BATCH_EXIT_CODES,
    )
    parser.add_argument(
        "photos",
        metavar="PHOTO|DIR",
        nargs="*",
        default=[],
        help="photographs, and folders of photographs; - for stdin (default: three built-in ones)",
    )
    parser.add_argument(
        "--out",
        default="semcodec-demo",
        metavar="DIR",
        help="directory for the page, the records and the pictures (default: %(default)s)",
    )
    pipeline_options.add_layers(parser, budget=False)
    parser.add_argument(
        "--open", action="store_true", help="open the page in the browser (default: off)"
    )
    options.add_force(parser)


def demo(args: argparse.Namespace) -> int:
    """Encode and decode the photographs, write all files and print a table of sizes."""
    if args.layers.is_auto:
        raise UsageError("The demo has no budget for --layers auto: name them, as layout,colors.")
    directory = Path(args.out)
    photos = list(_named_photos(args.photos, directory) if args.photos else _built_in_photos())
    _check_outputs(directory, photos, args.force)
    roles = dict(zip(ROLES, backends.find_all(backends.AUTO, **dict.fromkeys(ROLES)), strict=True))
    results = list(_run_all(photos, directory, roles, args.layers.text))
    if not results:
        print_status("No photograph could be encoded: there is no page.")
        return DATA_ERROR
    page = directory / demo_page.FILE_NAME
    writing.write_bytes(str(page), demo_page.page(results).encode(), force=True)
    print_result(table(results))
    print_paragraph(EXPLANATION)
    print_paragraph(f"Open {page} to see each photograph with the picture painted from its words.")
    if args.open:
        _open(page)
    if len(results) == len(photos):
        return DONE
    print_status(f"{plural(len(photos) - len(results), 'photograph')} skipped, see above.")
    return PARTLY_DONE


def table(results: Sequence[DemoResult]) -> str:
    """Return the sizes and words of the results as an aligned table."""
    return format_table([HEADINGS, UNITS, *map(_row, results)], "<>>>>>>><")


def _row(result: DemoResult) -> tuple[str, ...]:
    name = escape_control(result.name)
    return (
        name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…",
        "x".join(map(str, result.photograph)),
        str(len(result.record.words)),
        str(result.record.payload_bits // 8),
        str(len(result.data)),
        f"{result.payload_rate:.1f}",
        f"{result.file_rate:.1f}",
        " / ".join(f"{ratio}x" for ratio in result.ratios),
        " ".join(result.words),
    )


# --- inputs --------------------------------------------------------------------------------------


def _named_photos(names: Sequence[str], directory: Path) -> Iterator[Photo]:
    """Yield the photographs that were named; each has a name of its own."""
    sources = list(map(_shortened, find_sources(names, PURPOSE, folder_identity(str(directory)))))
    paths = plan_names(sources, PURPOSE.ending, directory)
    for source, path in zip(sources, paths, strict=True):
        name = path.as_posix().removesuffix(PURPOSE.ending)
        yield Photo(name, source.name, source.problem)


def _shortened(source: Source) -> Source:
    """Return ``source`` with a name that leaves room for the endings of the demo's files."""
    path = source.relative
    if len(os.fsencode(path.name)) <= MAX_NAME_BYTES:
        return source
    short = path.stem[: MAX_NAME_BYTES // MAX_CHARACTER_BYTES] + path.suffix[:MAX_SUFFIX]
    return source._replace(relative=path.with_name(short))


def _built_in_photos() -> Iterator[Photo]:
    """Yield the photographs of the offline backend."""
    try:
        directory = resources.files("semcodec_embedded") / "photos"
    except ModuleNotFoundError as error:
        raise UsageError(
            "The demo needs the offline backend: pip install semcodec-embedded."
        ) from error
    for photo in sorted(directory.iterdir(), key=lambda entry: entry.name):
        if photo.name.endswith(".jpg"):
            yield Photo(photo.name.removesuffix(".jpg"), photo.read_bytes())


# --- outputs -------------------------------------------------------------------------------------


def _check_outputs(directory: Path, photos: Sequence[Photo], force: bool) -> None:
    """Check that all files can be written; only those of an earlier demo are replaced."""
    names = [photo.name + ending for photo in photos for ending in demo_result.ENDINGS]
    earlier = demo_page.files_of(directory)
    inputs = [photo.source for photo in photos if isinstance(photo.source, str)]
    for is_earlier in (True, False):
        writing.check_outputs(
            "-",
            *(
                str(directory / name)
                for name in [demo_page.FILE_NAME, *names]
                if (name in earlier) == is_earlier
            ),
            other_sources=[name for name in inputs if name != "-"],
            force=force or is_earlier,
            creates_folders=True,
        )


def _run_all(
    photos: Sequence[Photo], directory: Path, roles: dict[str, Any], layers: str
) -> Iterator[DemoResult]:
    """Yield the result of each photograph, once its files are written; report those that fail.

    Raises:
        SemcodecError, UsageError: the only photograph failed, or a file cannot be written.
    """
    for photo in photos:
        print_status(f"{photo.name}: describing and painting ...")
        try:
            result, contents = demo_result.run(photo.name, photo.read(), roles, layers)
        except (SemcodecError, UsageError) as error:
            if len(photos) == 1:
                raise
            print_status(f"semcodec: {photo.label}: skipped: {error}")
            continue
        for notice in result.notices:
            print_status(f"Note: {notice}")
        for ending, content in contents.items():
            path = directory / (photo.name + ending)
            writing.create_folder(path.parent)
            writing.write_bytes(str(path), content, force=True)
        yield result


def _open(page: Path) -> None:
    """Open the page in the user's browser; if there is none, say what to do."""
    try:
        is_open = webbrowser.open(page.resolve().as_uri())
    except (OSError, ValueError, webbrowser.Error):
        is_open = False
    if not is_open:
        print_status(f"There is no browser here: open {page} in one.")
