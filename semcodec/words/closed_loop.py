"""Choose words by what a judge says of them: the most similarity for each bit that is coded.

Four ways compete, and the judge has the last word: words one by one, each time the one that gains
most per bit; the first content words that fit; the beginning of the description as it stands,
helper words and all; and the words that matter most by rule. On a short description under a wide
limit its beginning wins, and under a narrow one single words do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from semcodec.words import salience
from semcodec.words.salience import Candidate, SelectionRequest
from semcodec.words.similarity import MILLION, SALIENCE, Judge, name, scaled_similarities
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import tokenize

MAX_OPTIONS: Final = 64  #: words that are tried, the weightiest by rule
BATCH: Final = 8  #: words asked about at once: fewer are no faster, more are asked in vain
WORK: Final = 6_000  #: words that the judge reads at most, some seconds; then old answers stand
FRAME: Final = 2  #: words' worth of work that each text costs beyond its own
UNASKED: Final = Fraction(MILLION + 1)  #: better than any gain, so that each option is asked once
MISLEADS: Final = Fraction(-2 * MILLION)  #: the gain of a word that would come back as another


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, and how.

    Attributes:
        words: in reading order.
        won: the way of choosing that won: ``"gain"``, ``"sentence"``, ``"first"`` or
            ``"salience"``.
        judge: who said so; ``"salience"`` if nobody did.
    """

    words: list[str]
    won: str = SALIENCE
    judge: str = SALIENCE


def choose(task: SelectionRequest, judge: Judge | None) -> Selection:
    """Return the words of a description that tell most of it within the limits.

    Raises:
        InputError: there is no word, or none is within the limits.
        BackendError: the judge failed.
    """
    found = salience.candidates(task)
    by_rule = salience.salient(task, found)
    if judge is None:
        return Selection(by_rule)
    rivals = {
        "gain": _ByGain(task, judge, found).words(),
        "sentence": beginning(task),
        "first": first(task, [one.word for one in found]),
        SALIENCE: by_rule,
    }
    won = _best(rivals, task, judge)
    return Selection(task.medium.reads(rivals[won]), won, name(judge))


def _best(rivals: dict[str, list[str]], task: SelectionRequest, judge: Judge) -> str:
    """Return the rival of which most of the description is heard; of equals the first."""
    heard = {way: task.medium.heard(words) for way, words in rivals.items() if words}
    texts = {way: text for way, text in heard.items() if text is not None}
    said = scaled_similarities(judge, task.description, list(texts.values()))
    marks = dict(zip(texts, said, strict=True))
    return max(marks, key=marks.__getitem__, default=SALIENCE)


def beginning(task: SelectionRequest) -> list[str]:
    """Return the beginning of the description, without helper words at its end."""
    if not task.medium.ordered:
        return []
    said = [word for word in tokenize(task.description) if task.medium.sends(word)]
    begun = longest_prefix(task, said)
    while begun and begun[-1] in FUNCTION_WORDS:
        begun.pop()
    return salience.recoverable(begun, task.medium)


def first(task: SelectionRequest, telling: list[str]) -> list[str]:
    """Return the first of the words ``telling``."""
    return salience.recoverable(longest_prefix(task, telling), task.medium)


def longest_prefix(task: SelectionRequest, words: list[str]) -> list[str]:
    """Return the longest beginning of ``words`` within the limits."""
    lengths = range(1, len(words) + 1)
    return words[: bisect_left(lengths, True, key=lambda n: not task.allows(words[:n]))]


@dataclass(slots=True)
class _Option:
    """A word that waits: what it gained per bit when it was last asked about, and when that was."""

    place: int
    word: str
    gain: Fraction = UNASKED
    similarity: int = 0
    asked: int = -1


class _ByGain:
    """Adds the word that gains most similarity per bit, until none fits or gains.

    The longer the text, the less a word gains, mostly. So an old answer is seldom too low: whoever
    leads with a fresh answer leads, and of the others only those ahead of it are asked again. All
    are, before it is said that none gains.
    """

    def __init__(self, task: SelectionRequest, judge: Judge, found: Iterable[Candidate]) -> None:
        options = salience.by_weight(found)[:MAX_OPTIONS]
        self._task, self._judge = task, judge
        self._waiting = [_Option(one.place, one.word) for one in options]
        self._chosen: list[_Option] = []
        self._similarity = 0  # of the chosen, in millionths
        self._bits = 0
        self._work = WORK

    def words(self) -> list[str]:
        """Return the chosen words, in reading order."""
        while (best := self._leader()) is not None:
            self._waiting.remove(best)
            self._chosen = sorted([*self._chosen, best], key=lambda one: one.place)
            self._similarity = best.similarity
            self._bits = self._task.medium.cost(self._with())
        return self._with()

    def _leader(self) -> _Option | None:
        """Return the option with the best fresh answer, or None if none gains."""
        now = len(self._chosen)
        while self._waiting:
            self._waiting.sort(key=lambda one: (-one.gain, one.place))
            leader = self._waiting[0]
            if leader.asked == now and leader.gain > 0:
                return leader
            stale = [one for one in self._waiting if one.asked < now][:BATCH]
            if not stale:
                return None
            self._ask(stale)
        return None

    def _ask(self, options: list[_Option]) -> None:
        """Bring the answers of ``options`` up to date, and forget those that do not fit."""
        heard: list[tuple[_Option, str]] = []
        for one in options:
            one.asked = len(self._chosen)
            words = self._with(one)
            if not self._task.allows(words):
                self._waiting.remove(one)
            elif (text := self._task.medium.heard(words)) is None:
                one.gain = MISLEADS
            else:
                heard.append((one, text))
        if self._work > 0:
            self._judge_all(heard)

    def _judge_all(self, heard: list[tuple[_Option, str]]) -> None:
        texts = [text for _, text in heard]
        self._work -= sum(FRAME + text.count(" ") for text in texts)
        said = scaled_similarities(self._judge, self._task.description, texts)
        for (one, _), similarity in zip(heard, said, strict=True):
            one.similarity = similarity
            more = self._task.medium.cost(self._with(one)) - self._bits
            one.gain = Fraction(similarity - self._similarity, max(1, more))

    def _with(self, *more: _Option) -> list[str]:
        return [one.word for one in sorted([*self._chosen, *more], key=lambda one: one.place)]
