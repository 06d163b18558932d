"""Write a picture of the layers of a record, for ``inspect --png``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import semcodec
from semcodec.bitstream import WordLayout
from semcodec.cli import endings, writing
from semcodec.cli.inspect_values import record_values
from semcodec.cli.output import UsageError, escape_control
from semcodec.cli.reports import FileReport

OPTION: Final = "--png"


def check(name: str, sources: Sequence[str], *, is_json: bool, force: bool) -> None:
    """Check that the picture of one record can be written.

    Args:
        name: the picture.
        sources: the files to inspect.
        is_json: whether JSON is printed to stdout.
        force: whether an existing file is replaced.

    Raises:
        UsageError: it cannot.
    """
    if len(sources) > 1:
        raise UsageError(f"{OPTION} draws one record, not {len(sources)}: name one file.")
    if name == "-" and is_json:
        raise UsageError(f"{OPTION} - and JSON both go to stdout: name a file for the picture.")
    endings.check_png(name, OPTION)
    if writing.is_terminal(name):
        raise UsageError(f"A picture cannot be shown in a terminal: name a file with {OPTION}.")
    writing.check_outputs(sources[0], name, force=force)


def write(name: str, file: FileReport, *, force: bool) -> None:
    """Write the picture of the layers of a valid record.

    Raises:
        UsageError: the file is a sequence, the record has no layers that can be drawn, or as for
            ``writing.write_bytes``.
        InputError: Pillow is missing.
    """
    if file.report.framing == "sequence":
        raise UsageError(
            f"{file.name} is a sequence, but {OPTION} draws one record: name a file with one."
        )
    record = semcodec.unpack(file.data, framing=file.report.framing)
    writing.write_bytes(name, _draw(record, file.name), force=force)


def _draw(record: semcodec.Record, name: str) -> bytes:
    """Return the picture as the bytes of a PNG file."""
    layers = record.layers
    if not layers.layout and layers.colors is None:
        found = "only a sketch, which has no meaning yet" if layers.sketch else "no layers"
        raise UsageError(
            f"{name} has {found}, so there is nothing to draw: encode the picture with "
            "--layers layout,colors."
        )
    # They need Pillow, which most uses of ``inspect`` do without.
    from semcodec import imaging
    from semcodec.imaging.layer_drawing import BoxGroup, draw_layers

    words = record_values(record)["restored_words"] if layers.layout else []
    groups = [
        BoxGroup(_label(each, words), each.shares, each.word is not None) for each in layers.layout
    ]
    return imaging.to_png(draw_layers(record.size, groups, layers.colors))


def _label(group: WordLayout, words: Sequence[str]) -> str:
    if group.index < len(words):
        return escape_control(words[group.index])
    return f"no word {group.index}"  # short enough to be drawn whole
