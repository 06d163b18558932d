"""Write the tables of docs/bench.md and the README from a measurement.

    semcodec bench DIR -o OUT --texts TEXT_DIR
    python bench/bench_page.py OUT/results.json

Without a file, only the table of the README is written again, from that of the page.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

from page_tables import Table, read_table, replace_table

from semcodec.measure import claims
from semcodec.measure.results import Photograph, Result, Results

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs/bench.md"
README: Final = ROOT / "README.md"

HEADLINE: Final = "lexicon-k12-off"  #: the setting of ``encode`` without options
LAYERED: Final = "lexicon-k12-layout-colors24"
#: Columns of the table of fidelity, and the metrics that they show.
COLUMNS: Final = {
    "word F1": "words_f1",
    "similarity": "similarity_paraphrase",
    "round trip F1": "roundtrip_f1",
    "color distance": "de16",
    "box overlap": "box_iou",
    "SSIM 64": "ssim64",
}
#: Rows of the table in the README, of those of the table of sizes.
IN_README: Final = (
    "record, 12 words", "record with layout,colors:24", "JPEG q1, optimized, smallest", "JPEG q1",
    "JPEG q75", "JPEG 1 bpp", "WebP q0, smallest", "AVIF q0, smallest", "JPEG XL d25, smallest",
    "ThumbHash",
)  # fmt: skip


def make_tables(results: Results) -> list[Table]:
    """Return the tables of the page."""
    return [
        sizes_table(results),
        fidelity_table(results),
        retrieval_table(results),
        coders_table(results),
    ]


def sizes_table(results: Results) -> Table:
    """Return bytes and rates of records and of other codecs, and their ratio to a record."""
    heading = ["file", "bytes", "bits per pixel of the photograph", "times a record of 12 words"]
    rows = []
    own = claims.summarize_records(results, HEADLINE).file_bytes
    for label, setting in (("12 words", HEADLINE), ("layout,colors:24", LAYERED)):
        records = claims.summarize_records(results, setting)
        name = f"record, {label}" if setting == HEADLINE else f"record with {label}"
        rate = f"{records.file_ubpp_of_photograph / 1e6:.6f}"
        ratio = _ratio(records.file_bytes / own)
        rows.append([name, f"{records.file_bytes:.1f}", rate, ratio])
    for claim in claims.compare(results, HEADLINE):
        name = f"{claim.codec} {claim.setting}".strip()
        if claim.is_floor and claim.setting and "smallest" not in name:
            name += ", smallest"
        rows.append([name, f"{claim.file_bytes:,.0f}", f"{claim.bpp:.4f}", _ratio(claim.ratio)])
    return Table("sizes", heading, rows)


def _ratio(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def fidelity_table(results: Results) -> Table:
    """Return the means of each setting, and the values by chance."""
    heading = ["setting", "bytes", "µbpp", *COLUMNS]
    rows = []
    for setting in results["settings"]:
        found = list(_results(results["photographs"], setting["id"]))
        rates = [result["rate"] for result in found]
        size = f"{fmean(rate['file_bits'] for rate in rates) / 8:.1f}"
        rate = f"{fmean(rate['file_ubpp'] for rate in rates):.0f}"
        rows.append(
            [setting["label"], size, rate, *(_mean(found, name) for name in COLUMNS.values())]
        )
    chances = {metric["name"]: metric["chance"] for metric in results["metrics"]}
    shown = [_number(chances.get(name), name) for name in COLUMNS.values()]
    return Table("fidelity", heading, [*rows, ["by chance", "", "", *shown]])


def _results(photographs: Sequence[Photograph], setting: str) -> Iterator[Result]:
    for photograph in photographs:
        yield from (one for one in photograph["results"] if one["setting"] == setting)


def _mean(found: Sequence[Result], name: str) -> str:
    values = [(result["fidelity"] | result["picture"]).get(name) for result in found]
    known = [value for value in values if value is not None]
    return _number(fmean(known) if known else None, name)


def _number(value: float | None, name: str) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if name == "de16" else f"{value:.2f}"


def retrieval_table(results: Results) -> Table:
    """Return how many pictures have their own photograph as the nearest one."""
    models = list(dict.fromkeys(one["model"] for one in results["retrieval"]))
    found = {(one["setting"], one["model"]): one for one in results["retrieval"]}
    rows = []
    for setting in results["settings"]:
        cells = [found.get((setting["id"], model)) for model in models]
        rows.append(
            [
                setting["label"],
                *(f"{one['found']} of {one['photographs']}" if one else "-" for one in cells),
            ]
        )
    if chance := [one["chance"] for one in results["retrieval"][:1]]:
        rows.append(["by chance", *[f"{chance[0]:.0f}"] * len(models)])
    return Table("retrieval", ["setting", *models], rows)


def coders_table(results: Results) -> Table:
    """Return the bytes of each text coder for the words of each limit."""
    settings = [one for one in results["settings"] if one["layers"] == "off" and one["k"]]
    chosen = [one for one in settings if one["coding"] == "lexicon"]
    columns = [list(_results(results["photographs"], one["id"])) for one in chosen]
    names = dict.fromkeys(name for found in columns for one in found for name in one["text_coders"])
    rows = [[name, *(_mean_size(found, name) for found in columns)] for name in names]
    return Table("coders", ["coder", *(f"K = {one['k']}" for one in chosen)], rows)


def _mean_size(found: Sequence[Result], name: str) -> str:
    sizes = [one["text_coders"][name] for one in found if name in one["text_coders"]]
    return (
        f"{fmean(sizes):.1f}"
        if len(sizes) == len(found)
        else f"{fmean(sizes):.1f} (of {len(sizes)})"
    )


def headline_table(sizes: Table) -> Table:
    """Return the rows of the table of sizes that the README has."""
    rows = {row[0]: row for row in sizes.rows}
    return Table("sizes", sizes.heading, [rows[name] for name in IN_README])


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "results", metavar="RESULTS", nargs="?", type=Path, help="of semcodec bench"
    )
    args = parser.parse_args()
    page = PAGE.read_text("utf-8")
    if args.results:
        results: Results = json.loads(args.results.read_text("utf-8"))
        for table in make_tables(results):
            page = replace_table(page, table)
        PAGE.write_text(page, "utf-8")
    headline = headline_table(read_table("sizes", page))
    README.write_text(replace_table(README.read_text("utf-8"), headline), "utf-8")


if __name__ == "__main__":
    main()
