"""The tables of the page, as values for the template; they count all photographs."""

from __future__ import annotations

from typing import Any

from semcodec.bitstream.rate import ENTRIES
from semcodec.measure import claims, means, published
from semcodec.measure.main_metrics import main_metrics, measured_metrics
from semcodec.measure.report import summary
from semcodec.measure.results import Results, Retrieval


def make_tables(results: Results, chosen: int) -> dict[str, Any]:
    """Return the rows and columns of all tables, by the names that the template has for them.

    Args:
        results: what was measured.
        chosen: the index of the setting that is compared with other codecs.
    """
    rates = summary.mean_rates(results)
    codecs, assumptions = _compare(results, chosen)
    codec_metrics = summary.mean_metrics_of_codecs(results)
    main, measured = main_metrics(results), measured_metrics(results)
    pairs = [means.pairs_of(results, setting["id"]) for setting in results["settings"]]
    coder_means = [means.mean_values(result["text_coders"] for _, result in each) for each in pairs]
    return {
        "rates": rates,
        "headline": rates[chosen] if rates else None,
        "rate_parts": [name for name in ENTRIES if any(rate.bits.get(name) for rate in rates)],
        "codecs": codecs,
        "codec_metrics": codec_metrics,
        "codec_columns": [
            metric
            for metric in results["metrics"]
            if any(metric["name"] in row for row in codec_metrics.values())
        ],
        "assumptions": assumptions,
        "coders": list(dict.fromkeys(name for row in coder_means for name in row)),
        "coder_means": coder_means,
        "metrics": measured,
        "metric_groups": [main, [each for each in measured if each not in main]],
        "means": [
            means.mean_values(means.metric_values(result) for _, result in each) for each in pairs
        ],
        "found": _found(results),
        "left_out": _left_out(results),
        "published": published.rows(),
        "published_columns": published.COLUMNS,
    }


def _compare(results: Results, chosen: int) -> tuple[list[claims.Claim], list[str]]:
    """Return other codecs beside the records of a setting, and what the numbers depend on."""
    setting = results["settings"][chosen]["id"] if results["settings"] else ""
    if not means.pairs_of(results, setting):
        return [], []
    codecs = claims.compare(results, setting)
    records = claims.summarize_records(results, setting)
    return codecs, list(claims.assumptions(records, codecs))


def _left_out(results: Results) -> list[tuple[str, str]]:
    """Return what decoders need besides records, each with the settings that need it."""
    needed: dict[str, set[str]] = {}
    for setting in results["settings"]:
        for _, result in means.pairs_of(results, setting["id"]):
            for sentence in result["rate"]["out_of_band"]:
                needed.setdefault(sentence, set()).add(setting["id"])
    return [(sentence, _name_settings(results, ids)) for sentence, ids in needed.items()]


def _found(results: Results) -> dict[str, dict[str, Retrieval]]:
    """Return how often photographs were found, by the image model and the setting."""
    rows: dict[str, dict[str, Retrieval]] = {}
    for row in results["retrieval"]:
        rows.setdefault(row["model"], {})[row["setting"]] = row
    return rows


def _name_settings(results: Results, ids: set[str]) -> str:
    """Return a name of several settings: of all, of those with some codings, or of each."""
    if len(ids) == len(results["settings"]):
        return "all settings"
    codings = {each["coding"] for each in results["settings"] if each["id"] in ids}
    if ids == {each["id"] for each in results["settings"] if each["coding"] in codings}:
        return ", ".join(sorted(codings))
    return "; ".join(each["label"] for each in results["settings"] if each["id"] in ids)
