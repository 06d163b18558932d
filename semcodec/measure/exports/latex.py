r"""Results and published systems as tables for LaTeX, with the package booktabs.

\usepackage{booktabs}
\input{table.tex}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from semcodec.measure import published
from semcodec.measure.main_metrics import main_metrics
from semcodec.measure.means import mean_values, metric_values, pairs_of
from semcodec.measure.results import Metric, Photograph, Results

#: What each special character is written as.
ESCAPES: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "µ": r"$\mu$",
        "×": r"$\times$",
        "±": r"$\pm$",
        "Δ": r"$\Delta$",
    }
)


def escape(text: str) -> str:
    """Return ``text`` as LaTeX: one line, in which every special character is text.

    Letters outside ASCII stay; a document needs a font that has them.
    """
    return "".join(letter for letter in text if letter.isprintable()).translate(ESCAPES)


def table(results: Results) -> str:
    """Return the means over the photographs of each setting, and of each other codec.

    Columns are bytes, µbpp of the photograph, and the main metrics. A cell without a
    value has a dash.
    """
    photographs = [photograph for photograph in results["photographs"] if photograph["results"]]
    ours, others = list(_settings(results)), list(_baselines(photographs))
    metrics = main_metrics(results)
    names = ["bytes", "ubpp", *(metric["name"] for metric in metrics)]
    groups = [[_row(label, values, names) for label, values in rows] for rows in (ours, others)]
    caption = f"Means of {len(photographs)} photographs, semcodec {escape(results['version'])}."
    headings = ["", "bytes", escape("µbpp of photograph"), *map(_heading, metrics)]
    return _tabular("l" + "r" * len(names), headings, groups, caption)


def _settings(results: Results) -> Iterator[tuple[str, dict[str, float]]]:
    for setting in results["settings"]:
        rows = [
            {
                "bytes": result["rate"]["file_bits"] / 8,
                "ubpp": result["rate"]["file_ubpp_of_photograph"],
                **metric_values(result),
            }
            for _, result in pairs_of(results, setting["id"])
        ]
        if rows:
            yield setting["label"], mean_values(rows)


def _baselines(photographs: list[Photograph]) -> Iterator[tuple[str, dict[str, float]]]:
    rows: dict[str, list[Mapping[str, float | None]]] = {}
    for photograph in photographs:
        for baseline in photograph["baselines"]:
            row = {"bytes": baseline["bytes"], "ubpp": baseline["bpp"] * 1e6, **baseline["metrics"]}
            rows.setdefault(f"{baseline['codec']} {baseline['setting']}".strip(), []).append(row)
    for label, values in rows.items():
        yield label, mean_values(values)


def _row(label: str, values: dict[str, float], names: Sequence[str]) -> list[str]:
    return [escape(label), *(_number(values.get(name)) for name in names)]


def _number(value: float | None) -> str:
    """Return a value with three significant digits, or all digits before the point."""
    if value is None:
        return "--"
    text = f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:#.3g}"
    return text.replace("-", "$-$").replace(",", "{,}")


def _heading(metric: Metric) -> str:
    arrow = r"$\uparrow$" if metric["higher_is_better"] else r"$\downarrow$"
    return f"{escape(metric['label'])} {arrow}"


def published_table() -> str:
    """Return the published systems, what their rates count and what they leave out."""
    columns = ("system", "rate", "counts", "leaves_out", "file")
    headings = [escape(published.COLUMNS[name]) for name in columns]
    rows = [[escape(getattr(row, name)) for name in columns] for row in published.rows()]
    widths = "".join(rf"p{{{width}\linewidth}}" for width in (0.14, 0.2, 0.19, 0.23, 0.12))
    caption = "Published systems, as they report their rates."
    return r"\footnotesize" + "\n" + _tabular(widths, headings, [rows], caption)


def _tabular(
    columns: str, headings: list[str], groups: Iterable[list[list[str]]], caption: str
) -> str:
    lines = [
        rf"% {caption} Needs \usepackage{{booktabs}}.",
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        _line(headings),
    ]
    for rows in groups:
        if rows:
            lines += [r"\midrule", *map(_line, rows)]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _line(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"
