"""Write docs/faults.md from the table of faults that the tests check.

python -m tests.backends.openai.make_faults_page            # write
python -m tests.backends.openai.make_faults_page --check    # exit 1 if the page is out of date
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from semcodec._wording import plural
from tests.backends.openai.fault_table import FAULTS, SECTIONS
from tests.backends.openai.faults.fault import Fault, Kind
from tests.backends.openai.faults.layers import BOXES, STARTS, BoxFault, StartFault

PAGE: Final = Path(__file__).parents[3] / "docs" / "faults.md"
SERVER: Final = "models.example"
HEAD: Final = f"""# When a server fails

<!-- Written by python -m tests.backends.openai.make_faults_page from the tables in faults. -->

How `encode` and `decode` with `--backend openai` react to a server that does not work as it should:
{len(FAULTS)} faults, each of which is reproduced by a test. The user gets one message, and the exit
code is 2 unless the run succeeds. The file of `--trace` is written in any case, an output file only
if the run succeeds, and the API key is never shown. With `--cache`, requests that succeeded before
are not sent again.

Every request is retried if it did not reach the server, or was rejected with status 429 or 503. A
request for a text is also retried after status 409, 500 and 502: the server has usually processed
nothing, and a second bill for a text is small. A request for an image is not, since it may have
been painted. There are at most two retries, after one and two seconds, or after the time in
`retry-after` if that is at most a minute. All other requests that reached the server may be billed
and are not retried. Apart from that, a text is requested once more if it cannot be used, with the
problem named, and a request up to four times without the fields that the server rejects.

A fault in a stage of reflection (check, describe, compare, edit) is not an error: the best picture
so far is the result, and the exit code is 0. The last two columns have the reason that the trace
states, for the stages with a text and for edits; a note repeats the message of a failure. "Goes on"
means that reflection takes another way, such as a new picture if the server cannot edit.

The last two tables are about the layers of a record. A request for boxes that is not answered has
the same outcome as one for a description. Starting a picture from colors is never paid twice:
another request follows only if the server states that it cannot edit.

For a server on this machine, which bills nothing, the messages do not mention bills. Responses that
are meant to use up memory or time are measured in [server-bombs.md](server-bombs.md).
"""
COLUMNS: Final = (
    "| The server … | Message | Exit code | Requests for a text | Requests for an image "
    "| Reflection ends, texts | Reflection ends, edits |",
    "|---|---|---|---|---|---|---|",
)


def page() -> str:
    """Return the text of the page."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for title, faults in SECTIONS.items():
        yield f"## {title}\n"
        yield from COLUMNS
        yield from map(_row, faults)
        yield ""
    yield "## The boxes of words cannot be used, or are unusual\n"
    yield from _table(("The server …", "Result", "Requests"), map(_box_row, BOXES))
    yield "## A picture cannot start from the colors of a record\n"
    yield from _table(
        ("To an edit of the colors, the server …", "Result", "Requests"), map(_start_row, STARTS)
    )


def _table(head: Iterable[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    head = tuple(head)
    for cells in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _box_row(fault: BoxFault) -> tuple[str, ...]:
    count = sum(len(boxes) for boxes in (fault.boxes or {}).values())
    result = {0: "no boxes", 1: "the box"}.get(count, f"{count} boxes")
    message = fault.message.replace("STAGE", "locate")
    return fault.name, message or result, str(fault.requests)


def _start_row(fault: StartFault) -> tuple[str, ...]:
    kind = "Error" if fault.is_error else "Notice"
    names = {"e": "an edit", "g": "a generation"}
    requests = ", then ".join(names[route] for route in fault.routes)
    return fault.name, f"{kind}: {fault.result.replace('URL', f'https://{SERVER}/v1')}", requests


def _row(fault: Fault) -> str:
    kind: Kind = "image" if fault.text_requests is None else "text"
    scheme = fault.scheme if fault.at_connect else "https"
    url = f"{scheme}://{SERVER}{fault.path}"
    message = fault.format_message(kind, url) or "(none: the result)"
    if fault.image_message:
        message += f" For an image: {fault.format_message('image', url)}"
    counts = _count(fault, "text"), _count(fault, "image")
    cells = fault.name, message, str(fault.code), *counts, *_reflection(fault)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _reflection(fault: Fault) -> tuple[str, str]:
    """Return why reflection ends if the fault happens in one of its stages."""
    texts = [fault.stop_reason(stage) for stage in ("check", "describe", "compare")]
    if texts == ["the checker failed", "the describer failed", "the writer failed"]:
        shown = "the checker, describer or writer failed"
    elif texts == ["the checker refused", "the describer refused", "the writer refused"]:
        shown = "the checker, describer or writer refused"
    else:
        shown = "; ".join(dict.fromkeys(_or_goes_on(reason) for reason in texts))
    return shown, _or_goes_on(fault.stop_reason("edit"))


def _or_goes_on(reason: str | None) -> str:
    return "–" if reason is None else reason or "goes on"


def _count(fault: Fault, kind: Kind) -> str:
    """Return the number of requests of a kind, a successful one at the end included."""
    requests = fault.requests(kind)
    if requests is None:
        return "–"
    if not requests:
        return plural(len(fault.retry_waits(kind)) + 1, "attempt")
    return str(requests + fault.goes_on)


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the page is out of date"
    )
    check_only = parser.parse_args().check
    is_stale = not PAGE.exists() or PAGE.read_text("utf-8") != page()
    if is_stale and not check_only:
        PAGE.write_text(page(), "utf-8")
    if is_stale:
        print(f"{'out of date' if check_only else 'written'}: docs/{PAGE.name}")
    return int(check_only and is_stale)


if __name__ == "__main__":
    sys.exit(main())
