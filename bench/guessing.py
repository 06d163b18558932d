"""Count what ``framing="guess"`` finds in text, in files, and in text forms that are wrapped.

    python bench/guessing.py
    python bench/guessing.py --text DIR...     # also the lines, and the whole files, of folders

For each kind of data: how much of it there is, in how much of it a record is found, and how much of
that is wrong, beside ``framing="auto"``, which looks at the first bytes only (spec §7.1). Ordinary
text and files contain no record, so each one that is found there is wrong; only text forms in the
folders of ``--text`` are found rightly. "random text forms" have a right prefix and possible first
letters, and otherwise random characters: they pass all checks by chance, if at all.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import semcodec
from fuzz.wrappers import URL_WRAPPERS, WRAPPERS
from semcodec.bitstream.framing.text import BASE45, BASE64
from semcodec.choices import Check, OutputFraming, UnpackFraming
from semcodec.signatures import decode_text
from tests import ordinary_data

TEXTS: Final = ("large red cup coffee table", "two bears walk across a snowy mountain at sunset")
WRAPPED: Final = 300
TEXT_FRAMINGS: Final[tuple[OutputFraming, ...]] = ("url", "qr")
CHECKS: Final[tuple[Check, ...]] = ("crc8", "crc16", "crc32")
RANDOM_FORMS: Final = 100_000
MAX_FILE: Final = 2**20  #: bytes of a file of --text that are read

Data = tuple[bytes | str, semcodec.Record | None]  #: and the record that is in it


class Kind(NamedTuple):
    """A kind of data; ``has_forms``: text forms in it are not counted as wrong."""

    name: str
    inputs: list[Data]
    has_forms: bool = False


class Counts(NamedTuple):
    """How many inputs have a record in them, and how many of these records are wrong."""

    found: int
    wrong: int
    seconds: float


def wrapped_forms() -> Iterator[Data]:
    """Yield text forms in all wrappers."""
    for number in range(WRAPPED):
        framing = TEXT_FRAMINGS[number % 2]
        text, check = TEXTS[number // 2 % 2], CHECKS[number // 4 % 3]
        form = semcodec.pack(text, coding="lexicon", framing=framing, check=check).decode()
        wrappers = list((WRAPPERS | (URL_WRAPPERS if framing == "url" else {})).values())
        yield wrappers[number // 2 % len(wrappers)](form), semcodec.unpack(form)


def random_forms() -> Iterator[Data]:
    """Yield texts that look like text forms: half of them in each alphabet."""
    rng = random.Random(3)
    for number in range(RANDOM_FORMS):
        if number % 2:
            body = rng.choice("CDEFGHKLMNOP") + "".join(rng.choices(BASE64.decode(), k=11))
            yield f"semc:{body}", None
        else:
            body = "".join(rng.choices(BASE45[:36].decode(), k=2)) + rng.choice("123456789ABCDEFG")
            yield f"SEMQ:{body}{''.join(rng.choices(BASE45.decode(), k=9))}", None


def folder_data(folders: Iterable[str]) -> Iterator[Kind]:
    """Yield the lines of the text files, and the files, of each folder."""
    for folder in folders:
        paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        contents = [path.open("rb").read(MAX_FILE) for path in paths]
        texts = [data for data in contents if decode_text(data) is not None]
        lines = {line for data in texts for line in data.splitlines() if line.strip()}
        yield Kind(f"lines of {folder}", [(line, None) for line in sorted(lines)], True)
        yield Kind(f"files of {folder}", [(data, None) for data in contents], True)


def count(kind: Kind, framing: UnpackFraming, show: Callable[[str], None]) -> Counts:
    """Read all inputs and count the records, those that are wrong, and the seconds."""
    found = wrong = 0
    start = time.perf_counter()
    for data, expected in kind.inputs:
        try:
            record = semcodec.unpack(data, framing=framing)
        except semcodec.SemcodecError:
            continue
        found += 1
        is_form = record.framing in ("url", "qr", "file")  # a file: hexadecimal digits
        if record != expected and not (kind.has_forms and is_form):
            wrong += 1
            show(f"    {framing}: {data[:60]!r} is {record.text[:40]!r}")
    return Counts(found, wrong, time.perf_counter() - start)


def main() -> None:
    """Print a row for each kind of data."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--text", nargs="+", default=[], metavar="DIR", help="folders to read")
    parser.add_argument("--show", action="store_true", help="print each wrong record of guess")
    args = parser.parse_args()
    kinds = [
        Kind("lines of text", [(line.encode(), None) for line in ordinary_data.lines()]),
        Kind("files", [(data, None) for data in ordinary_data.files().values()]),
        Kind("wrapped text forms", list(wrapped_forms())),
        Kind("random text forms", list(random_forms())),
        *folder_data(args.text),
    ]
    print(f"{'':<28}{'':>8}  {'guess':^24}  {'auto':^16}")
    print(
        f"{'kind':<28}{'number':>8}  {'found':>8}{'wrong':>8}{'µs each':>8}  "
        f"{'found':>8}{'wrong':>8}"
    )
    for kind in kinds:
        guess = count(kind, "guess", print if args.show else lambda _: None)
        auto = count(kind, "auto", lambda _: None)
        each = round(1e6 * guess.seconds / max(1, len(kind.inputs)))
        print(
            f"{kind.name:<28}{len(kind.inputs):>8}  {guess.found:>8}{guess.wrong:>8}{each:>8}  "
            f"{auto.found:>8}{auto.wrong:>8}"
        )


if __name__ == "__main__":
    main()
