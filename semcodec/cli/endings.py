"""The endings of file names: an output must not have the ending of another kind of file.

Programs choose how to open a file by its ending, so a record under the name of a picture looks like
a damaged picture. Endings that are not in ``ENDINGS`` are not checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from semcodec.bitstream.framing import TEXT_FRAMINGS
from semcodec.cli.output import UsageError

PICTURE: Final = "a picture"
RECORD: Final = "a record"
TEXT: Final = "a text"
JSON: Final = "a JSON file"
RECORDING: Final = "a database"

#: By kind, the endings of its files; the first is the one that messages suggest.
ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    PICTURE: (
        ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff",
        ".avif", ".avifs", ".heic", ".heif", ".hif", ".jxl", ".jp2", ".j2k", ".j2c", ".jpc", ".jpx",
        ".jpf", ".apng", ".ico", ".ppm", ".pgm", ".pbm", ".pnm", ".pfm", ".pam", ".qoi", ".tga",
        ".psd", ".xcf", ".svg", ".eps", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2",
        ".raf",
    ),
    RECORD: (".semc",),
    TEXT: (".txt", ".md", ".csv", ".tsv", ".html", ".htm", ".xml", ".log", ".rst"),
    JSON: (".json", ".jsonl", ".ndjson"),
    RECORDING: (".sqlite", ".sqlite3", ".db"),
    "a document": (".pdf", ".ps", ".doc", ".docx", ".odt", ".rtf", ".epub", ".ppt", ".pptx"),
    "a table": (".xls", ".xlsx", ".ods", ".parquet"),
    "an archive": (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".7z", ".rar"),
    "a video": (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg"),
    "an audio file": (".mp3", ".m4a", ".wav", ".flac", ".ogg", ".opus", ".aac"),
    "a program": (".exe", ".py", ".js", ".sh", ".bat", ".dll", ".so"),
}  # fmt: skip
_KINDS: Final = {ending: kind for kind, endings in ENDINGS.items() for ending in endings}


def kind(name: str) -> str | None:
    """Return the kind of the file that ``name`` suggests, such as ``"a picture"``, or None."""
    return _KINDS.get(ending(name))


def ending(name: str) -> str:
    """Return the ending of a file name in lower case, such as ``".jpg"``, or ``""``."""
    return Path(name).suffix.lower()


def check(name: str | None, writer: str, written: str, *also: str, advice: str = "") -> None:
    """Check that an output does not have the ending of another kind of file.

    Args:
        name: the output; None and ``-`` are not checked.
        writer: what writes it, such as ``"encode"`` or ``"--trace"``.
        written: the kind of the output, a key of ``ENDINGS``.
        also: other kinds whose endings do not mislead.
        advice: a clause to append to the message.

    Raises:
        UsageError: the ending is that of another kind.
    """
    if name is None or kind(name) in (None, written, *also):
        return
    renamed = Path(name).with_suffix(ENDINGS[written][0])
    raise UsageError(
        f"{name} is the name of {kind(name)}, but {writer} writes {written}: "
        f"name it {renamed}{advice}."
    )


def check_record(name: str | None, writer: str, framing: str) -> None:
    """Check the ending of a record in ``framing``, of which text forms may be in a text file.

    Raises:
        UsageError: as for ``check``.
    """
    is_picture = kind(name or "") == PICTURE
    if framing in TEXT_FRAMINGS:
        command = "use --qr" if writer == "convert" else "make a picture with semcodec convert --qr"
        advice = f", or {command} {name}" if is_picture and framing == "qr" else ""
        check(name, f"{writer} with framing {framing}", TEXT, RECORD, advice=advice)
    else:
        advice = ""
        if is_picture:
            advice = f", or paint a picture with semcodec decode -o {name}"
        elif kind(name or "") == TEXT:
            advice = ", or write a text form with --framing url"
        check(name, writer, RECORD, advice=advice)


def check_png(name: str | None, writer: str) -> None:
    """Check the ending of a PNG file.

    Raises:
        UsageError: as for ``check``; also the ending of another format of pictures.
    """
    check(name, writer, PICTURE)
    if name and kind(name) == PICTURE and ending(name) != ".png":
        renamed = Path(name).with_suffix(".png")
        raise UsageError(
            f"{name} is not the name of a PNG file, but {writer} writes one: name it {renamed}."
        )
