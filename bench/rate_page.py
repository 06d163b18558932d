"""The page docs/rate.md: the rates that bench/rate.py measured, with the tables they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

K: Final = (6, 12, 24, None)  #: words of the columns; None means the whole sentence

Row = Mapping[tuple[str, str], float]  #: see ``rate.Row``
Rates = Mapping[int | None, Mapping[str, Row]]  #: by K and source

HEADER: Final = """\
# Rates on held-out text

Written by `python bench/rate.py TEXT_DIR --page docs/rate.md --unseen FILE`; its docstring states
what is measured. The tables have the SHA-256
`{digest}`.

## Size of payloads by that of `nibble`

`lexicon` / `bag`, in whole bytes, for the K most informative words of a description, and for the
whole text.

{ratios}
### A describer that the tables have never seen

The tables were trained once without the texts of the describers that are measured here.

{unseen}
## Size of files by that of the bare payload of the paper

A file has a header, a check and the size 1024 x 1024. The payload of the paper is skeletons in
whole bytes, without a header. In brackets: the share of descriptions whose file is smaller. The
prompts of `parti`, `t2icompbench`, `geneval`, `gecko` and `valse` have about five words, so that
the four bytes of a file count more.

{files}"""


def make_page(digest: str, rates: Rates, unseen: Rates) -> str:
    """Return the text of the page.

    Args:
        digest: the SHA-256 of the tables.
        rates: the measurements of all sources.
        unseen: the same with tables that have not seen the sources.
    """
    return HEADER.format(
        digest=digest,
        ratios=_table(rates, K, _ratio),
        unseen=_table(unseen, K, _ratio),
        files=_table(rates, K[:3], _file_ratio),
    )


def _table(rates: Rates, columns: Sequence[int | None], cell: Callable[[Row], str]) -> str:
    names = [f"K = {k}" if k else "whole text" for k in columns]
    rows = [["source", *names], ["---", *["--:"] * len(names)]]
    for source in rates[K[0]]:
        cells = [cell(rates[k][source]) for k in columns]
        rows.append([source.removesuffix(".txt").removeprefix("more/"), *cells])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _ratio(row: Row) -> str:
    return " / ".join(
        f"{row[coding, '/nibble']:.3f}"
        for coding in ("lexicon", "bag")
        if (coding, "/nibble") in row
    )


def _file_ratio(row: Row) -> str:
    return " / ".join(
        f"{row[coding, 'f. / nib']:.2f} ({row[coding, 'f. < nib']:.0%})"
        for coding in ("lexicon", "bag")
    )
