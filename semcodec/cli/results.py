"""The results of ``validate``: the report on each file, or why there is none, and their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from semcodec.bitstream import Finding, Report
from semcodec.cli.parser import DATA_ERROR, DONE, USAGE_OR_ENVIRONMENT

TEXT_RULES: Final = ("SC-TXT", "SC-FRM-1", "SC-LIM-1")  #: of a text form, not of its core (§9.2)


class FileResult(NamedTuple):
    """The report on one file, without its bytes and fields, which can be large.

    Attributes:
        name: the argument or the path of the file; ``-`` for stdin.
        verdict, ok, framing, profiles, findings: as in ``semcodec.validate``.
        note: a sentence about the file that is not a finding, or "".
    """

    name: str
    verdict: str
    ok: bool
    framing: str
    profiles: tuple[str, ...]
    findings: tuple[Finding, ...]
    note: str

    @classmethod
    def from_report(cls, name: str, report: Report, note: str) -> FileResult:
        """Return the result for the file ``name``."""
        return cls(
            name, report.verdict, report.ok, report.framing, report.profiles, report.findings, note
        )

    def byte_offset(self, finding: Finding) -> int | None:
        """Return the byte of the file where a finding is; None if that is in a decoded text."""
        is_text = self.framing in ("url", "qr") and not finding.rule.startswith(TEXT_RULES)
        return None if is_text else finding.offset // 8


class Unreadable(NamedTuple):
    """A file or folder that could not be checked.

    Attributes:
        name: as in ``FileResult``.
        reason: a clause without a period, such as ``"no such file or directory"``.
        exit_code: the code for the whole run: DATA_ERROR for data that is not a record.
    """

    name: str
    reason: str
    exit_code: int = USAGE_OR_ENVIRONMENT


Result = FileResult | Unreadable


@dataclass(slots=True)
class Summary:
    """The number of files by outcome; complete when all results have been read.

    The exit code 2, for a file that was not read, is stronger than 1, for one that is not valid.

    Attributes:
        is_shown: whether formats for people show it: for several files, and for folders.
    """

    is_shown: bool = True
    valid: int = 0
    not_in_profile: int = 0
    not_valid: int = 0
    not_readable: int = 0
    exit_code: int = DONE

    def count(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield ``results``, and count them."""
        for result in results:
            if isinstance(result, Unreadable):
                self.not_readable += 1
                self.exit_code = max(self.exit_code, result.exit_code)
            elif result.ok:
                self.valid += 1
            elif result.verdict == "valid":
                self.not_in_profile += 1
            else:
                self.not_valid += 1
            if isinstance(result, FileResult) and not result.ok:
                self.exit_code = max(self.exit_code, DATA_ERROR)
            yield result

    def as_dict(self) -> dict[str, int]:
        """Return the numbers by name."""
        return {
            "valid": self.valid,
            "not_in_profile": self.not_in_profile,
            "not_valid": self.not_valid,
            "not_readable": self.not_readable,
        }

    def __str__(self) -> str:
        """Return the numbers in words, such as ``"2,976 valid, 24 not valid"``."""
        return ", ".join(
            f"{number:,} {name.replace('_', ' ')}"
            for name, number in self.as_dict().items()
            if number or name == "valid"
        )


def needs_attention(result: Result) -> bool:
    """Return whether ``--quiet`` keeps a result."""
    return isinstance(result, Unreadable) or not result.ok or bool(result.note)
