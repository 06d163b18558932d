"""Find text forms inside a text: in a sentence, a link, a quotation, or wrapped lines (spec §7.7).

The beginning of a form is certain, its end is not: ``-`` and ``_`` are marks of Markdown and
characters of base64url, blanks and periods are characters of base45, and a mail program may have
wrapped the form. So several ends are tried, the most natural one first, and the check of the
record decides. A wrong end passes a CRC-8 in 1 of 256 cases, and the other rules in about 1 of 50
of these. With at most ``MAX_CANDIDATES`` ends for each beginning, all wrong ends together are less
likely to pass than a damaged form is (tests/bitstream/test_guessing.py measures it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice, zip_longest
from typing import Final, Literal, NamedTuple, TypeAlias

from semcodec.bitstream import record_codec
from semcodec.bitstream.framing.text import BASE45, BASE64, PREFIXES
from semcodec.bitstream.parser import Parser, RuleError
from semcodec.bitstream.record import Limits, Record
from semcodec.bitstream.text_views import UNDO, remove_tags
from semcodec.errors import FormatError, UnsupportedError

MAX_STARTS: Final = 256  #: prefixes that are examined in a view of a text
MAX_CANDIDATES: Final = 48  #: ends that are tried for one prefix
MAX_CUTS: Final = 8  #: punctuation marks at which a form may end, counted from either side
MAX_JOINS: Final = 8  #: pieces between blanks that may be one form
MAX_PIECES: Final = 2_048  #: lines that may be one form
MAX_SEGMENT: Final = 2**17  #: characters after a prefix that may belong to its form, with line ends
MAX_TRIED: Final = 2**20  #: characters of all candidates, which bounds the time
#: Characters that a candidate counts for in addition if its check matches but its words break a
#: rule: to decode them takes up to 40 ms, and they have as few as 20 characters.
DECODING_COST: Final = MAX_TRIED // 64

TextFraming: TypeAlias = Literal["url", "qr"]

#: Rules that are judged after words were decoded.
_RULES_OF_WORDS: Final = ("SC-LEX", "SC-BAG", "SC-LIM-2")
#: French typography has a blank before a colon.
_PREFIX: Final = re.compile("sem([cq]) ?:", re.IGNORECASE)
_SLASHES: Final = re.compile("//?")
#: A line end with the marks of quotations, comments and boxes, or the quotes around strings in
#: programs.
_LINE_END: Final = re.compile(r"[ \t]*(?:[\\|]|[\"'] ?[+&.]?)?(?:\r*\n|\r)[ \t>|#*;/]*[\"']?")
_BLANKS: Final = re.compile("[ \t]+")
_BASE64_RUN: Final = re.compile("[A-Za-z0-9_-]+")
_BASE45_RUN: Final = re.compile(r"[0-9A-Z $%*+\-./:]+")
_BASE45_RUN_ANY_CASE: Final = re.compile(r"[0-9A-Za-z $%*+\-./:]+")
#: Without the blanks around it, which are characters of base45, as the marks of comments are.
_BASE45_LINE_END: Final = re.compile(
    r"(?:[\"'](?: ?[+&.])?|\|)?\\?(?:\r*\n|\r)"
    r"(?: \* |(?:[ \t]*(?:[>|#]+ ?|// ))*)(?:[ \t]*[\"'])?"
)
_BASE64_MARKS: Final = re.compile("[-_]")
_BASE45_MARKS: Final = re.compile(r"[ $%*+\-./:]+")
#: The digits from 36 on. None is at the end of a form: there the largest digit is W, 32.
_BASE45_MARK_CHARS: Final = BASE45[36:].decode()
#: A form that cannot be read is reported only if it follows its prefix without a blank.
_NATURAL_STARTS: Final = frozenset(f"/_-{BASE64.decode()}{BASE45[37:].decode()}")


class UnreadForm(NamedTuple):
    """A text form that cannot be read.

    Attributes:
        data: the form, with its prefix as in §7.4.
        framing: ``"url"`` or ``"qr"``.
        error: the rule that it breaks.
        is_cut: whether an ellipsis follows it.
    """

    data: bytes
    framing: TextFraming
    error: RuleError
    is_cut: bool


class FoundForms(NamedTuple):
    """The text forms in a text.

    Attributes:
        valid: at most two valid forms, as in §7.4, of different records.
        unread: the first form that cannot be read, or None.
        is_complete: whether all prefixes in the text were examined.
    """

    valid: list[bytes]
    unread: UnreadForm | None
    is_complete: bool


def find_forms(text: str, limits: Limits) -> FoundForms:
    """Return the text forms in ``text``, in time that is linear in its length."""
    search = _Search(limits)
    view = None
    for undo in UNDO:
        if (changed := undo(text)) != view:
            # A form that was found is not examined again: in a later view its characters would be
            # others, and perhaps another record.
            text = view = search.examine(changed)
            # Tags are removed from a copy, because attributes such as href have encodings, too.
            untagged = remove_tags(text)
            if untagged != text and (rest := search.examine(untagged)) != untagged:
                text = view = rest
    return FoundForms([*search.valid.values()], search.unread, search.is_complete)


class _Search:
    """The forms that were found so far, and the number of characters that may still be tried."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.left = limits, MAX_TRIED
        self.valid: dict[Record, bytes] = {}
        self.unread: UnreadForm | None = None
        self.is_complete = True

    def examine(self, view: str) -> str:
        """Examine what follows each prefix, up to the next one.

        Returns:
            ``view`` without the prefixes of the valid forms.
        """
        starts = list(islice(_PREFIX.finditer(view), MAX_STARTS + 1))
        self.is_complete = self.is_complete and len(starts) <= MAX_STARTS
        ends = [match.start() for match in starts[1:]] + [len(view)]
        rest, kept_from = [], 0
        for match, end in zip(starts[:MAX_STARTS], ends, strict=False):
            framing: TextFraming = "url" if match[1] in "cC" else "qr"
            segment = view[match.end() : min(end, match.end() + MAX_SEGMENT)]
            if len(self.valid) < 2 and self._examine_form(framing, segment):
                rest.append(view[kept_from : match.start()])
                kept_from = match.end()
        return " ".join([*rest, view[kept_from:]])

    def _examine_form(self, framing: TextFraming, segment: str) -> bool:
        """Try the ends of the form at the start of ``segment``; return whether one is valid."""
        bodies = _url_bodies(segment) if framing == "url" else _qr_bodies(segment)
        for index, body in enumerate(islice(_unique(bodies), MAX_CANDIDATES)):
            is_natural = index == 0 and segment[0] in _NATURAL_STARTS
            if not (is_natural or is_possible(framing, body)):
                continue
            self.left -= len(body)
            if self.left < 0:
                self.is_complete = False
                break
            data = PREFIXES[framing] + body.encode("ascii")
            try:
                record = record_codec.read_record(Parser(data), framing, self.limits)
            except (FormatError, UnsupportedError) as error:
                if error.rule.startswith(_RULES_OF_WORDS):
                    self.left -= DECODING_COST
                if is_natural and self.unread is None:
                    is_cut = segment.startswith(("…", "..."), segment.find(body) + len(body))
                    self.unread = UnreadForm(data, framing, error, is_cut)
            else:
                self.valid.setdefault(record._replace(framing="bare", check="none"), data)
                return True
        return False


def is_possible(framing: TextFraming, body: str) -> bool:
    """Return whether the first byte of a core can have V = 0 and KK > 0, as a text form must.

    It excludes five of eight wrong bodies without decoding them.
    """
    alphabet, length = (BASE64, 2) if framing == "url" else (BASE45, 2 if len(body) == 2 else 3)
    values = [alphabet.index(char) for char in body[:length].encode("ascii")]
    if len(values) < length:
        return False
    if framing == "url":
        first = values[0] << 2 | values[1] >> 4
    else:
        first = sum(value * 45**power for power, value in enumerate(values)) >> 8 * (length - 2)
    return first < 0x80 and first >> 3 & 3 != 0


# --- the ends of a form --------------------------------------------------------------------------


def _unique(bodies: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for body in bodies:
        if body and body not in seen:
            seen.add(body)
            yield body


def _url_bodies(segment: str) -> Iterator[str]:
    """Yield what the body of a ``url`` form at the start of ``segment`` can be."""
    pieces, lines = _url_pieces(segment)
    if not pieces:
        return
    yield from _cut(pieces[0], _BASE64_MARKS)
    yield from _cut("".join(pieces[:lines]), _BASE64_MARKS)
    yield "".join(pieces[: _first_short(pieces)])
    for count in range(2, MAX_JOINS + 1):
        yield "".join(pieces[:count])


def _url_pieces(segment: str) -> tuple[list[str], int]:
    """Return runs of base64 with only blanks or line ends between them.

    The second value is the number of those at the start that only line ends separate.
    """
    pieces: list[str] = []
    lines, end = 0, _skip(_SLASHES, segment, 0)  # semc://…
    while len(pieces) < MAX_PIECES:
        line_end = _LINE_END.match(segment, end)
        gap = line_end or _BLANKS.match(segment, end)
        if pieces and gap is None:
            break
        run = _BASE64_RUN.match(segment, gap.end() if gap else end)
        if run is None:
            break
        if lines == len(pieces) and (line_end or not pieces):
            lines += 1
        pieces.append(run[0])
        end = run.end()
    return pieces, lines


def _first_short(pieces: list[str]) -> int:
    """Return the number of pieces up to the first that is shorter than the second one.

    A mail program wraps at a constant width, and the first line begins with the prefix.
    """
    width = len(pieces[1]) if len(pieces) > 1 else 0
    short = (index for index in range(2, len(pieces)) if len(pieces[index]) < width)
    return next(short, len(pieces) - 1) + 1


def _qr_bodies(segment: str) -> Iterator[str]:
    """Yield what the body of a ``qr`` form at the start of ``segment`` can be."""
    starts = 0, _skip(_SLASHES, segment, 0), _skip(_LINE_END, segment, 0)
    for run_pattern in (_BASE45_RUN, _BASE45_RUN_ANY_CASE):
        for start in dict.fromkeys(starts):  # slashes and blanks are characters of base45, too
            lines = [line.upper() for line in _qr_lines(segment, start, run_pattern)]
            yield from _qr_ends(lines)
            if segment[:start].isspace() or (lines and lines[0][0] == " "):
                yield from _qr_ends(lines, " ")  # the space is of the form, or became a line end
    if run := _BASE45_RUN.match(segment):  # a sentence in capital letters has many marks
        yield from (run[0][: mark.start()] for mark in _BASE45_MARKS.finditer(run[0]))


def _qr_ends(lines: list[str], start: str = "") -> Iterator[str]:
    """Yield ``start`` and what of ``lines`` can follow it."""
    if not lines:
        return
    stripped, dedented = [line.strip() for line in lines], _dedent(lines)
    joined: list[str] = []
    for count in dict.fromkeys((1, len(lines), _first_short(lines), 2, 3)):
        # A space where a line was wrapped is still there, or was not there, or is lost, except that
        # lines are wrapped after a hyphen, too.
        spaced = " ".join(stripped[:count])
        joined += "".join(lines[:count]), "".join(stripped[:count]), spaced.replace("- ", "-")
        joined += spaced, "".join(dedented[:count])
    runs = dict.fromkeys(start + run.rstrip(_BASE45_MARK_CHARS) for run in joined)
    cuts = [_cut(run, _BASE45_MARKS) for run in runs]
    yield from cuts[0]
    # Of wrapped lines, the longest ends of all come first, so that none uses up the candidates.
    yield from filter(None, chain.from_iterable(zip_longest(*cuts[1:])))


def _dedent(lines: list[str]) -> list[str]:
    """Return ``lines`` without the indent that all but the first have, before which the prefix is.

    A space at the end of a line is one of the form.
    """
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines[1:]), default=0)
    return [lines[0], *(line[indent:] for line in lines[1:])]


def _qr_lines(segment: str, start: int, run_pattern: re.Pattern[str]) -> list[str]:
    """Return runs of base45 with only line ends between them."""
    lines: list[str] = []
    while len(lines) < MAX_PIECES and (run := run_pattern.match(segment, start)):
        lines.append(run[0])
        start = _skip(_BASE45_LINE_END, segment, run.end())
        if start == run.end():
            break
    return lines


def _cut(run: str, marks: re.Pattern[str]) -> Iterator[str]:
    """Yield ``run``, and what of it is before each mark: the last ones, then the first ones."""
    yield run
    places = [match.start() for match in marks.finditer(run)]
    for place in (*reversed(places[-MAX_CUTS:]), *places[:MAX_CUTS]):
        yield run[:place]


def _skip(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Return where ``pattern`` ends if it matches at ``start``, else ``start``."""
    match = pattern.match(text, start)
    return match.end() if match else start
