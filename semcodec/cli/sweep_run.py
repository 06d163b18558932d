"""One photograph at many budgets: described once, then selected, packed and painted for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast

import semcodec
from semcodec.cli import interrupts
from semcodec.cli.budgets import Budget
from semcodec.cli.layer_values import layer_bytes
from semcodec.cli.option_names import use_option_names
from semcodec.errors import InputError, InvalidResponseError, RefusalError, SemcodecError
from semcodec.imaging import contact_sheet
from semcodec.pipeline import Stage
from semcodec.pipeline.describe_once import DescribeOnce

if TYPE_CHECKING:
    from PIL.Image import Image

    from semcodec.choices import ReadFraming

#: Errors of one budget, after which the others are tried: too few bytes for a word, an unusable
#: response, a refused prompt.
ERRORS_OF_ONE: Final = (InputError, InvalidResponseError, RefusalError)
#: The roles of ``encode``, and those that ``decode`` has no argument for.
ENCODING: Final = ("backend", "describer", "writer", "locator")
NOT_PAINTING: Final = ("backend", "describer", "locator")
NOT_DONE: Final = "not done"


@dataclass(slots=True)
class Row:
    """The result for one budget.

    Attributes:
        budget: the limit.
        name: the name of its files without their endings.
        encoded: the record; None if there is none.
        words: the words of the picture; those of the record until it is painted.
        thumbnail: the picture in the size of the strip; None if it was not painted.
        problem: why the record or the picture is missing, or "".
    """

    budget: Budget
    name: str
    encoded: semcodec.Encoded | None = None
    words: list[str] = field(default_factory=list)
    thumbnail: Image | None = None
    problem: str = NOT_DONE

    @property
    def payload_rate(self) -> float:
        """The rate of the payload in µbpp; 0 without a record."""
        data = self.encoded.data if self.encoded else b""
        return semcodec.rate_breakdown(data).ubpp("payload") if data else 0.0


class Sweep:
    """A run for several budgets.

    Attributes:
        rows: the results, in ascending order of the budgets.
        first: the first record, of the largest budget; it has the description and the photograph.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        roles: dict[str, Any],
        *,
        is_progressive: bool = False,
        keep: Callable[[BaseException], object] | None = None,
    ) -> None:
        """Prepare a run with the backends of each role; see ``encode`` for ``is_progressive``.

        ``keep`` is called with each failure of a run, which may have left something paid.
        """
        self._keep = keep
        self.rows = rows
        self._is_progressive = is_progressive
        self.first: semcodec.Encoded | None = None
        self._roles = roles
        self._stages: list[Stage] = []
        self._notices: dict[str, dict[str, None]] = {}  # the labels of the budgets, in order

    @property
    def trace(self) -> semcodec.Trace:
        """The stages of all runs, of which only one describes."""
        models = self.first.trace.models if self.first else {}
        return semcodec.Trace(self._stages, self.notices, models)

    @property
    def notices(self) -> list[str]:
        """The sentences for the user, with the budgets that they are about unless it is all."""
        count = sum(row.encoded is not None for row in self.rows)
        return [
            notice if len(labels) >= count else f"{', '.join(labels)}: {notice}"
            for notice, labels in self._notices.items()
        ]

    def encode(self, photograph: bytes, **options: Any) -> Iterator[tuple[Row, semcodec.Encoded]]:
        """Yield the record of each budget, the largest first, as soon as it is there.

        If not even the largest budget has a record, the others have none either. In a progressive
        run, the other records are truncations of the first one.

        Args:
            photograph: the bytes of the image file.
            options: further arguments of ``encode``, such as ``progress``; with ``description``,
                nothing is described.

        Raises:
            SemcodecError: the failure concerns all budgets.
        """
        options |= {role: self._roles[role] for role in ENCODING if role in self._roles}
        if "describer" in options:
            options["describer"] = DescribeOnce(options["describer"])
        if self._is_progressive:
            options["order"] = "importance"
        for row in reversed(self.rows):
            interrupts.allow()
            try:
                if self.first is not None and self._is_progressive:
                    encoded = _truncate(self.first, row.budget)
                else:
                    encoded = semcodec.encode(photograph, **row.budget.arguments, **options)
                interrupts.defer()  # until the caller has written the record
            except (SemcodecError, KeyboardInterrupt) as error:
                self._fail(row, error)
                continue
            self._add(row, encoded.trace)
            self.first = self.first or encoded
            row.encoded, row.words, row.problem = encoded, encoded.record.words, ""
            yield row, encoded

    def paint(self, *, reuse: bool, **options: Any) -> Iterator[tuple[Row, semcodec.Decoded]]:
        """Yield the picture of each record, as soon as it is there.

        Args:
            options: further arguments of ``decode``, such as ``progress``.
            reuse: whether the picture of a record is also that of the next budget with the same
                record. Without, a dry run counts a request for each.

        Raises:
            SemcodecError: the failure concerns all budgets.
        """
        options |= {role: self._roles[role] for role in self._roles if role not in NOT_PAINTING}
        last: semcodec.Decoded | None = None
        for row in self.rows:
            interrupts.allow()
            if row.encoded is None:
                continue
            if not reuse or last is None or last.record != row.encoded.record:
                try:
                    last = semcodec.decode(row.encoded.data, **options)
                    interrupts.defer()  # until the caller has written the picture
                except (SemcodecError, KeyboardInterrupt) as error:
                    self._fail(row, error)
                    continue
                self._add(row, last.trace)
            self._note(row, last.trace)
            row.words = last.words
            row.thumbnail = last.image.resize(contact_sheet.picture_size(last.record.size))
            yield row, last

    def _fail(self, row: Row, error: SemcodecError | KeyboardInterrupt) -> None:
        """Set the problem of a row; raise the error if it concerns all budgets."""
        interrupts.defer()
        if isinstance(error, SemcodecError):  # else the budget is not done, like those after it
            row.problem = use_option_names(" ".join(str(error).split()))
        if self._keep is not None:
            self._keep(error)
        if isinstance(trace := getattr(error, "trace", None), semcodec.Trace):
            self._add(row, trace)
        if self.first is None or not isinstance(error, ERRORS_OF_ONE):
            raise error

    def _add(self, row: Row, trace: semcodec.Trace) -> None:
        """Add the stages and the notices of one run, without a repeated description."""
        is_described = self.first is not None
        self._stages.extend(
            stage for stage in trace.stages if not (is_described and stage.name == "describe")
        )
        self._note(row, trace)

    def _note(self, row: Row, trace: semcodec.Trace) -> None:
        for notice in trace.notices:
            self._notices.setdefault(notice, {})[row.budget.label] = None


def _truncate(encoded: semcodec.Encoded, budget: Budget) -> semcodec.Encoded:
    """Return the result for a smaller budget in bytes, with an empty trace."""
    data = semcodec.truncate(encoded.data, int(budget.limit))
    record = semcodec.unpack(data, framing=cast("ReadFraming", encoded.record.framing))
    return replace(encoded, data=data, record=record, trace=semcodec.Trace())


def draw_strip(first: semcodec.Encoded, rows: Sequence[Row]) -> Image:
    """Return the photograph, and the picture of each record with its bytes and words."""
    cells = [contact_sheet.Cell(first.image, "photograph")]
    cells += [_cell(equal) for equal in _equal_rows(rows)]
    return contact_sheet.draw_contact_sheet(cells, first.record.size)


def _equal_rows(rows: Sequence[Row]) -> list[list[Row]]:
    """Return ``rows`` in groups with the same record; a row without one is alone."""
    groups: list[list[Row]] = []
    for row in rows:
        last = groups[-1][-1].encoded if groups else None
        if row.encoded and last and row.encoded.data == last.data:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _cell(rows: Sequence[Row]) -> contact_sheet.Cell:
    """Return the picture of rows with the same record, with the budgets of all."""
    row = rows[0]
    budgets = f"budget: {', '.join(row.budget.label for row in rows)}"
    if row.encoded is None:
        return contact_sheet.Cell(None, "no record", budgets, row.problem)
    title = f"{len(row.encoded.data)} bytes"
    note = f"{row.payload_rate:.1f} µbpp · {budgets}"
    if layers := layer_bytes(row.encoded.data, row.encoded.record):
        note += f" · layers: {layers} bytes"
    text = " ".join(row.words) if row.thumbnail else f"no picture: {row.problem}"
    return contact_sheet.Cell(row.thumbnail, title, note, text)
