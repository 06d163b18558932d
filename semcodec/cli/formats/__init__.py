"""The formats of ``validate``, for people and for programs.

A format is a function that takes the results one by one and yields pieces of text, each of which is
printed with a newline. The summary is complete when the last result has been taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from semcodec.cli.formats import as_github, as_json, as_junit, as_sarif, as_text
from semcodec.cli.results import Result, Summary

Format = Callable[[Iterable[Result], Summary], Iterator[str]]

FORMATS: Final[dict[str, Format]] = {
    "text": as_text.format_results,
    "json": as_json.format_results,
    "json-lines": as_json.format_lines,
    "github": as_github.format_results,
    "junit": as_junit.format_results,
    "sarif": as_sarif.format_results,
}
