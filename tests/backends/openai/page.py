"""Write docs/faults.md from the table that the tests hold the code to.

python -m tests.backends.openai.page            # write
python -m tests.backends.openai.page --check    # change nothing; exit 1 if it is out of date
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.backends.openai.table import FAULTS, SECTIONS, Fault, Kind

PAGE: Final = Path(__file__).parents[3] / "docs" / "faults.md"
URL: Final = "https://models.example/v1"
TIMES: Final = {1: "once", 2: "twice", 3: "3 times"}
HEAD: Final = f"""# When a server fails

<!-- Written by python -m tests.backends.openai.page: edit tests/backends/openai/table.py. -->

What `encode` and `decode` do with `--backend openai` when a server does what it should not:
{len(FAULTS)} faults, each of which the tests make a server do. The user sees one sentence, and the
exit code is 2 if there is no result. `--trace` is written all the same, no output file is begun,
and the key is shown nowhere. With `--cache`, what was answered before is not asked again.

A call is made again by itself only if that cannot cost anything twice: at most 2 times, after a
second or two, or after what the server asks for if that is a minute at most. A call for a picture
is not made again once it was begun. Where a text came and cannot be used, the model is asked once
more, and told what was wrong.

Of a server on this machine, which bills nobody, the sentences leave out that part.
"""
COLUMNS: Final = (
    "| The server … | What the user sees | Exit code | Asked for a text | Asked for a picture |",
    "|---|---|---|---|---|",
)


def page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for title, faults in SECTIONS.items():
        yield f"## {title}\n"
        yield from COLUMNS
        yield from map(_row, faults)
        yield ""


def _row(fault: Fault) -> str:
    kind: Kind = "picture" if fault.texts is None else "text"
    sees = fault.sentence(kind, URL) or "the result"
    cells = fault.name, sees, str(fault.code), _times(fault, "text"), _times(fault, "picture")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _times(fault: Fault, kind: Kind) -> str:
    """Return how often a thing is asked for, the good answer at the end included."""
    requests = fault.requests(kind)
    if requests is None:
        return "–"
    if not requests:
        return f"tried {TIMES[len(fault.waited(kind)) + 1]}"
    return TIMES[requests + bool(fault.once or fault.only)]


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say whether it is out of date")
    only_check = parser.parse_args().check
    is_stale = not PAGE.exists() or PAGE.read_text("utf-8") != page()
    if is_stale and not only_check:
        PAGE.write_text(page(), "utf-8")
    if is_stale:
        print(f"{'out of date' if only_check else 'written'}: docs/{PAGE.name}")
    return int(only_check and is_stale)


if __name__ == "__main__":
    sys.exit(main())
