"""The page docs/soak.md, from the values that bench/soak.py has counted (docs/soak.json)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

INTRODUCTION: Final = """\
# The last soak test

`python bench/soak.py` writes this page, and the numbers behind it to [soak.json](soak.json). Two
workers encode and decode in threads with the library, one of them for the whole time, while the
other is killed and replaced. Beside them, commands run one after the other; half of them get a
signal at a random moment. All of them use one server, which answers 3 of 10 requests wrongly, late,
in part, or not at all, with the faults of [faults.md](faults.md) and some more. `make nightly` runs
the same for a shorter time. [SECURITY.md](../SECURITY.md) lists what is promised.
"""
LEDGER: Final = """\
The server gives each answer token counts of its own, which the traces repeat. So each call of a
trace was found in the ledger of the server, or the server did not get the request or sent no
complete answer; and each answer that may be billed was found in a trace, or its run was killed.
"""
RESOURCES: Final = """\
Before: once everything is loaded; after: at the end. The server keeps half of the connections open,
so each of the three threads of the worker may have an idle one. The memory grows by the slope of
the line with the least squares through all samples after the warm-up, the first fifth of the time.
"""
LEDGER_ROWS: Final = (
    ("requests", "requests that the server received"),
    ("free", "rejected with an error status, which is free"),
    ("answered", "answered, and in a trace with the same token counts"),
    ("lost", "lost on the way or malformed, and in a trace at the highest possible price"),
    ("at_kills", "in no trace, because the run was killed"),
    ("not_received", "calls of traces that Ctrl-C ended before the server had the request"),
    ("input_tokens", "input tokens of the answers"),
    ("output_tokens", "output tokens of the answers"),
    ("dollars", "dollars of the answers, by the ledger"),
    ("traced_dollars", "dollars of the answers, by the traces"),
)
MIN_SAMPLES: Final = 60  #: to judge the growth of the memory
EXIT_CODES: Final = {
    "0": "done",
    "1": "the input cannot be used",
    "2": "an error of usage, server or disk",
    "3": "some of several inputs failed",
    "130": "interrupted by Ctrl-C, in order",
    "143": "ended by SIGTERM, in order",
    "-2": "Ctrl-C while Python imported modules",
    "-9": "SIGKILL",
    "-15": "SIGTERM while Python imported modules",
}
WORKER_COUNTS: Final = ("files", "sockets", "threads", "children")


def render(results: Mapping[str, Any]) -> str:
    """Return the page."""
    parts = [INTRODUCTION, _facts(results)]
    parts += ["## Runs\n", _counts("run", results["runs"])]
    parts += ["## Signals\n", _signals(results)]
    parts += ["## What the server did\n", _counts("behavior", results["behaviors"])]
    parts += ["## Ledger\n", LEDGER, _ledger(results)]
    parts += ["## Resources\n", RESOURCES, _resources(results)]
    return "\n".join(parts)


def _table(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Return a Markdown table whose numbers are on the right."""
    rule = "".join("--:|" if number else "---|" for number in range(len(columns)))
    lines = [f"| {' | '.join(columns)} |", f"|{rule}"]
    return "\n".join(lines + [f"| {' | '.join(map(_text, row))} |" for row in rows]) + "\n"


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _facts(results: Mapping[str, Any]) -> str:
    verdict = f"{len(results['findings'])} findings" if results["findings"] else "no findings"
    names = ("date", "commit", "machine", "seed", "minutes")
    rows = [f"| {name} | {results[name]} |" for name in names]
    rows += [f"| runs | {sum(results['runs'].values()):,} |", f"| result | {verdict} |"]
    return "\n".join(["| | |", "|---|---|", *rows]) + "\n"


def _counts(name: str, counts: Mapping[str, int]) -> str:
    return _table((name, "number"), list(counts.items()))


def _signals(results: Mapping[str, Any]) -> str:
    rows: list[tuple[object, ...]] = [
        (f"{name} to a command", number) for name, number in results["signals"].items()
    ]
    rows += [(f"{name} to a worker", number) for name, number in results["workers killed"].items()]
    rows.append(("files that a killed command had not finished", results["unfinished files"]))
    rows.append(("recordings of killed runs, all intact", results["recordings of killed runs"]))
    rows.append(("locks of killed runs, empty files", results["locks of killed runs"]))
    rows.append(("outputs kept in the temporary folder", results["kept outputs"]))
    for code, number in results["exit codes"].items():
        rows.append((f"exit code {code} of a command: {EXIT_CODES.get(code, '')}", number))
    rows += [(f"{name} in a worker", number) for name, number in results["errors"].items()]
    return _table(("signal or outcome", "number"), rows)


def _ledger(results: Mapping[str, Any]) -> str:
    values = {"requests": results["requests"], **results["ledger"]}
    return _table(("", "number"), [(text, values[name]) for name, text in LEDGER_ROWS])


def _resources(results: Mapping[str, Any]) -> str:
    worker = results["worker"]
    first, last = worker["first"], worker["last"]
    rows: list[tuple[object, ...]] = [
        (f"{name} of the worker", first[name], last[name]) for name in WORKER_COUNTS
    ]
    rows.append(("memory of the worker, MB", first["rss"] // 1024, last["rss"] // 1024))
    rows.append(("runs of the worker", first["runs"], last["runs"]))
    for name, values in results["before"].items():
        process = "the server" if name == "server" else "the test itself"
        after = results["after"][name]
        rows += [(f"{key} of {process}", value, after[key]) for key, value in values.items()]
    return _table(("", "before", "after"), rows) + "\n" + _growth(worker)


def _growth(worker: Mapping[str, Any]) -> str:
    """Return a sentence on the growth of the memory."""
    if worker["samples"] < MIN_SAMPLES:
        return f"{worker['samples']} samples are too few to say whether the memory grows.\n"
    megabytes = worker["KiB per 1000 runs"] / 1024
    return f"The memory grew by {megabytes:.2f} MB in 1,000 runs ({worker['samples']} samples).\n"
