"""Find the description in the answer of a model that was asked to describe a picture.

A model that got no picture, or cannot see, answers politely: with a request for the picture, an
apology, a form with blanks, or the task in other words. Any of it may stand before, after or
between other sentences, so the whole answer is judged, clause by clause. A description is what
remains without the clauses about the assistant, the request, the task or a missing picture:

* A clause in which the model has no picture or cannot see makes the whole answer blind, because
  whatever else it contains is invented. The exception is a clause that continues with an
  observation ("I can't see the picture well, but it shows a red barn").
* Talk, such as "Sure! Here is the description:" or "Let me know if you need more", is removed: it
  would cost words of the record.
* An answer whose words as a whole are about the request is blind as well (``wording``).
* Everything else is not changed. Clauses about a missing picture or about describing only do not
  count as a description, because a picture may show an empty frame.

Text inside the picture is not judged: what is in quotation marks, behind a colon, or reported ("a
sign reads ..."). Tested by tests/backends/prompting/test_answers.py on answers/*.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from semcodec.backends.prompting.phrases import Phrases, load_phrases, normalize
from semcodec.backends.prompting.prompts import strip_control_tokens
from semcodec.backends.prompting.wording import is_about_the_request
from semcodec.words.stopwords import FUNCTION_WORDS

MAX_JUDGED: Final = 20_000  #: characters; what follows counts as a description
MIN_REMAINING: Final = 3  #: words of a description beside a refusal or a missing picture
MIN_OBSERVED: Final = 3  #: words of an observation that outweighs the clause before it
MIN_TASK_WORDS: Final = 2  #: words about describing, in a clause about the task
MIN_BLANKS: Final = 2  #: placeholders of a form
MAX_SHOWN: Final = 80  #: characters of an answer in a message
MAX_QUOTATION: Final = 300  #: characters between quotation marks
MAX_PLACEHOLDER: Final = 60  #: characters between brackets
MAX_LABEL_WORDS: Final = 8  #: words before a colon with nothing behind it
MIN_BEFORE_COLON: Final = 3  #: words; more than a label, so that a quotation follows
#: Quotation marks of one kind, or an apostrophe that is not within a word.
QUOTATION: Final = re.compile(
    rf'"[^"\n]{{1,{MAX_QUOTATION}}}"|[“„][^“”„\n]{{1,{MAX_QUOTATION}}}[”“]'
    rf"|«[^«»\n]{{1,{MAX_QUOTATION}}}»|「[^「」\n]{{1,{MAX_QUOTATION}}}」"
    rf"|(?<![^\W_])['‘](?=\w)[^'‘’\n]{{1,{MAX_QUOTATION}}}(?:(?<=[^\W_])['’](?=\w)"
    rf"[^'‘’\n]{{1,{MAX_QUOTATION}}}){{0,4}}['’](?!\w)"
)
PLACEHOLDER: Final = re.compile(
    rf"\[[^\[\]\n]{{0,{MAX_PLACEHOLDER}}}\]|\{{[^{{}}\n]{{0,{MAX_PLACEHOLDER}}}\}}"
    rf"|<[^<>\n]{{0,{MAX_PLACEHOLDER}}}>"
)
MARKUP: Final = re.compile(
    r"[*#`~|]+|_{2,}|^[ \t]*>|(?<!\w)_|_(?!\w)|^[ \t]*(?:[-•]+|[0-9]{1,3}[.)](?=\s))", re.M
)
SENTENCE_END: Final = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]+|\n")
CLAUSE_END: Final = re.compile(
    r"[;；]|\s[—–-]+\s|—|[,，](?=\s*(?:but|however|though|although|while|and i|so i)\b)"
    r"|(?<!nothing)(?<!anything)(?<!all)\s(?=but\s)|，",
    re.I,
)
CONTRAST: Final = re.compile(r"\s*(?:but|however|though|although|while)\b", re.I)
#: A short text before a colon, which names the value behind it.
LABEL: Final = re.compile(r"\s*[^\n:：.!?]{1,40}[:：]")

#: Kinds of words: a clause with one of each is about sending the picture.
TRANSFER: Final = ("transfer", "participants", "pictures")
#: Kinds of words: a clause with one of each is about a picture that did not arrive.
NOT_ARRIVED: Final = ("negations", "recipients", "pictures")


class Kind(Enum):
    """What a clause is about."""

    DESCRIPTION = "description"
    BLIND = "blind"  # the model has no picture, or cannot see
    MISSING = "missing"  # a picture is missing
    REFUSAL = "refusal"  # the model declines
    TALK = "talk"  # talk around a description
    TASK = "task"  # describing
    EMPTY = "empty"  # nothing: a label, a placeholder


#: Kinds of clauses that are removed where a description remains.
REMOVED: Final = frozenset({Kind.TALK, Kind.REFUSAL, Kind.BLIND})
#: Kinds that make a description suspicious: a model without a picture writes them.
SUSPICIOUS: Final = frozenset({Kind.MISSING, Kind.REFUSAL, Kind.TASK, Kind.BLIND})


@dataclass(frozen=True, slots=True)
class Judgment:
    """The result of judging an answer.

    Attributes:
        description: what remains of the answer; empty if it is not a description.
        problem: why it is not a description, as a clause for the model; empty if it is one.
        is_blind: whether the model has no picture, or cannot see.
        is_refusal: whether the model declined.
        is_suspicious: whether some clauses of a description are of a kind that a model without a
            picture writes.
    """

    description: str
    problem: str = ""
    is_blind: bool = False
    is_refusal: bool = False
    is_suspicious: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence.

    Attributes:
        kind: what it is about.
        words: the number of its words that are not function words.
        informative: the number of those that are not words about describing.
        is_observation: whether it states, without a guess, what is in the picture.
    """

    kind: Kind
    words: int
    informative: int = 0
    is_observation: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: the span of its characters, and its clauses."""

    start: int
    end: int
    clauses: tuple[Clause, ...]

    @property
    def is_removed(self) -> bool:
        """Whether no clause of the sentence belongs to a description."""
        return all(clause.kind in REMOVED for clause in self.clauses)


def judge_answer(text: str) -> Judgment:
    """Return the description in ``text``, or the problem with it.

    >>> judge_answer("Sure! Here is the description: A red boat. Anything else?").description
    'A red boat.'
    >>> judge_answer("The sky is blue. Please upload the picture.").is_blind
    True
    """
    sentences = list(_split_sentences(_mask(text[:MAX_JUDGED])))
    clauses = [clause for sentence in sentences for clause in sentence.clauses]
    kinds = {clause.kind for clause in clauses}
    # Beside a clause about the task, "The image is a photograph" is about the task as well; a form
    # has "size" and "position" between its blanks.
    is_about_task = Kind.TASK in kinds or len(PLACEHOLDER.findall(text[:MAX_JUDGED])) >= MIN_BLANKS
    described = sum(
        clause.informative if is_about_task else clause.words
        for clause in clauses
        if clause.kind is Kind.DESCRIPTION
    )
    is_suspicious = not kinds.isdisjoint(SUSPICIOUS)
    is_interrupted = not kinds.isdisjoint({Kind.MISSING, Kind.REFUSAL})
    if Kind.BLIND in kinds and not _is_outweighed(sentences):
        return Judgment("", "it does not describe the picture, but says that there is none", True)
    if described >= (MIN_REMAINING if is_interrupted else 1) or len(text) > MAX_JUDGED:
        if is_about_the_request(_mask(text[:MAX_JUDGED])):
            return Judgment("", "it is about the request, and does not describe the picture", True)
        return Judgment(_without_talk(text, sentences), is_suspicious=is_suspicious)
    return _failed(kinds) if normalize(text) else Judgment("", "no words")


def shorten_answer(text: str) -> str:
    """Return the beginning of an answer in one line, for a message."""
    line = " ".join(strip_control_tokens(text[:MAX_JUDGED]).split())
    return line if len(line) <= MAX_SHOWN else line[:MAX_SHOWN].rstrip() + "..."


def format_blind_error(backend: str, answer: str) -> str:
    """Return the message for an answer of a model that did not see the picture.

    >>> format_blind_error("openai", "Please upload it.")[:79]
    "The model of the backend openai did not see the picture ('Please upload it.'): "
    """
    return (
        f"The model of the backend {backend} did not see the picture ({shorten_answer(answer)!r}): "
        "use a model with vision, in llama.cpp with its --mmproj file."
    )


def _failed(kinds: set[Kind]) -> Judgment:
    """Return the judgment of an answer without a description, by the kinds of its clauses."""
    if Kind.REFUSAL in kinds and Kind.MISSING not in kinds:
        return Judgment("", "refused", is_refusal=True)
    if Kind.MISSING in kinds:
        return Judgment("", "it does not describe the picture, but says that there is none", True)
    if Kind.TASK in kinds:
        return Judgment("", "it is about describing, and does not describe the picture", True)
    if Kind.TALK in kinds:
        return Judgment("", "it does not contain a description of the picture", True)
    if Kind.EMPTY in kinds:
        return Judgment("", "it is a form without values", True)
    return Judgment("", "no words")


def _is_outweighed(sentences: list[Sentence]) -> bool:
    """Return whether an observation follows each blind clause in its own sentence."""
    return all(
        any(clause.is_observation for clause in sentence.clauses[index + 1 :])
        for sentence in sentences
        for index, blind in enumerate(sentence.clauses)
        if blind.kind is Kind.BLIND
    )


def _without_talk(text: str, sentences: list[Sentence]) -> str:
    """Return ``text`` without the sentences that are only talk or a refusal."""
    if not any(sentence.is_removed for sentence in sentences):
        return text
    judged_end = sentences[-1].end
    kept = [text[item.start : item.end] for item in sentences if not item.is_removed]
    return ("".join(kept) + text[judged_end:]).strip().strip("*").strip()


def _mask(text: str) -> str:
    """Return ``text`` with quotations as one word, placeholders as blanks; its length is kept."""
    masked = QUOTATION.sub(lambda match: "q" * len(match[0]), MARKUP.sub(_blank, text))
    without = PLACEHOLDER.sub(_blank, masked)
    # An answer that is nothing but one pair of brackets may be a description in brackets.
    return without if re.search(r"\w", without) else re.sub(r"[\[\]{}<>_]", " ", masked)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _split_sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of masked text; a preamble ends at its colon."""
    start = 0
    for end in [match.end() for match in SENTENCE_END.finditer(text)] + [len(text)]:
        label = LABEL.match(text, start, end)
        if label and _is_preamble(text[start : label.end()]):
            yield Sentence(start, label.end(), (Clause(Kind.TALK, 0),))
            start = label.end()
        if text[start:end].strip():
            yield Sentence(start, end, tuple(_judge_clauses(text[start:end])))
        start = end


def _is_preamble(label: str) -> bool:
    clause = load_phrases().skip_introductions(normalize(label))
    return clause == "" or load_phrases().match("talk", clause)


def _judge_clauses(sentence: str) -> Iterator[Clause]:
    phrases, start = load_phrases(), 0
    is_question = sentence.rstrip(" \"'”’)]").endswith(("?", "？"))
    for end in [match.end() for match in CLAUSE_END.finditer(sentence)] + [len(sentence)]:
        clause = sentence[start:end]
        if normalize(clause):
            yield _judge_clause(clause, phrases, is_question)
        elif clause.strip():
            yield Clause(Kind.EMPTY, 0)
        start = end


def _judge_clause(clause: str, phrases: Phrases, is_question: bool) -> Clause:
    """Return the kind of a clause, and its number of words."""
    label = LABEL.match(clause)
    value = normalize(clause[label.end() :]) if label else ""
    if label and value and phrases.match("empty", value):
        return Clause(Kind.EMPTY, 0)
    core = phrases.skip_introductions(normalize(clause))
    words = core.split()
    content = [word for word in words if word not in FUNCTION_WORDS and not word.isdigit()]
    about_task = phrases.words["task"] | phrases.words["neutral"]
    informative = sum(word not in about_task for word in content)
    kind = _find_kind(_before_colon(clause, phrases) or core, phrases, is_question)
    is_form = clause.rstrip().endswith((":", "：")) and len(words) <= MAX_LABEL_WORDS
    if kind is Kind.DESCRIPTION and is_form:
        return Clause(Kind.EMPTY, 0)
    is_certain = kind is Kind.DESCRIPTION and not phrases.contain_any("hedges", words)
    return Clause(kind, len(content), informative, is_certain and len(content) >= MIN_OBSERVED)


def _before_colon(clause: str, phrases: Phrases) -> str:
    """Return the words before a colon, behind which is a quotation; empty for a mere label."""
    before = phrases.skip_introductions(normalize(re.split("[:：]", clause)[0]))
    return before if len(before.split()) >= MIN_BEFORE_COLON else ""


def _find_kind(core: str, phrases: Phrases, is_question: bool) -> Kind:
    """Return the kind of a clause; ``core`` are its words without introductions."""
    words = core.split()
    if not words:
        return Kind.TALK
    if phrases.match("empty", core):
        return Kind.EMPTY
    reporting = "reporting_third_person" if "i" in words else "reporting"
    if not phrases.contain_any(reporting, words):
        is_about_transfer = any(
            all(phrases.contain_any(kind, words) for kind in kinds)
            for kinds in (TRANSFER, NOT_ARRIVED)
        )
        if is_about_transfer or phrases.match("blind", core) or phrases.match("foreign", core):
            return Kind.BLIND
        if phrases.match("missing", core):
            return Kind.MISSING
        if phrases.match("refusal", core):
            return Kind.REFUSAL
        is_addressing = is_question and phrases.contain_any("addressing", words)
        if is_addressing or phrases.match("talk", core):
            return Kind.TALK
    return Kind.TASK if _is_about_describing(words, phrases) else Kind.DESCRIPTION


def _is_about_describing(words: list[str], phrases: Phrases) -> bool:
    task, neutral = phrases.words["task"], phrases.words["neutral"]
    content = [word for word in words if word not in FUNCTION_WORDS or word in task]
    about = [word for word in content if word in task]
    is_task = len(about) >= MIN_TASK_WORDS and phrases.contain_any("instructing", about)
    return is_task and all(word in task or word in neutral for word in content)
