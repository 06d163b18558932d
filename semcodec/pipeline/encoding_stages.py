"""The stages of ``encode``: calls of backends, whose results are validated before they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from semcodec import words
from semcodec.backends import Describer, Writer
from semcodec.backends.isolation import has_method, isolate
from semcodec.backends.protocols import AnyLanguageDescriber, WordSelector
from semcodec.backends.rule_based import RuleBasedWriter
from semcodec.choices import Language, SkeletonMethod
from semcodec.errors import InputError
from semcodec.pipeline import language as languages
from semcodec.pipeline import validation
from semcodec.pipeline.description import GivenDescription
from semcodec.pipeline.trace import TracedRun
from semcodec.words import Selection, SelectionRequest
from semcodec.words.selection.channel import same_lemma

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class EncodingStages:
    """The calls of backends in one run; each result is validated before it is returned."""

    run: TracedRun
    skeletons: SkeletonMethod
    describer: Describer
    writer: Writer

    def describe(self, image: Image, language: Language) -> str:
        """Return the description from which words are selected."""
        method: Callable[..., str] = Describer.describe
        if language == languages.ANY and has_method(self.describer, "describe_in_any_language"):
            method = AnyLanguageDescriber.describe_in_any_language
        described = self.run.run_stage("describe", self.describer, method, image)
        if type(self.describer) is not GivenDescription:  # which was checked before the run
            described = validation.check_description(described, self.describer)
        return languages.check_language(described, language, self.describer, self.run)

    def selections(
        self, request: SelectionRequest, rate_bits: int | None, subject: list[str]
    ) -> Iterator[tuple[list[str], bool]]:
        """Yield words within the limits, fewer each time, until the caller accepts them.

        With each selection comes whether it has all words that are within ``rate_bits``, the limit
        on bits without ``max_bytes``; in reading order this is not known, and False. ``subject`` is
        among the words, whatever the writer selects; it is empty without a limit on bits.
        """
        if request.order == words.IMPORTANCE:
            yield from self._prefixes(request, rate_bits, subject)
        else:
            for selected in self._selections(request, subject):
                yield selected, False

    def _selections(self, request: SelectionRequest, subject: list[str]) -> Iterator[list[str]]:
        # Words are selected within the limits, so the first selection is usually accepted. But a
        # backend may ignore the limits, so each further round requests at least one word less than
        # the last round returned. This guarantees that the loop ends.
        max_words = request.max_words
        while max_words > 0:
            narrowed = replace(request, max_words=max_words)
            try:
                selected = self.select(self.writer, narrowed)[:max_words]
            except InputError:  # none of the words that the writer selected is within the limits
                if not subject:
                    raise
                break
            selected = self._keep_subject(selected, subject, narrowed)
            yield selected
            max_words = len(selected) - 1
        if subject:  # it fits, and the rules keep the limits
            self.run.add_notice(
                "The words that the writer selected do not fit the limits: the rules selected them."
            )
            by_rule = replace(request, judge=None)
            yield self._keep_subject(self.select(RuleBasedWriter(), by_rule), subject, by_rule)

    def _prefixes(
        self, request: SelectionRequest, rate_bits: int | None, subject: list[str]
    ) -> Iterator[tuple[list[str], bool]]:
        """Yield all words in order of importance if they fit, then prefixes of them.

        These are the words that truncation of the record of all words leaves, except where they
        would lack the subject.
        """
        every_word = self.select(self.writer, replace(request, max_bits=rate_bits))
        if request.fits(every_word):
            yield every_word, True
        kept = words.cut_to_limits(every_word, request)
        kept = self._keep_subject(kept, subject, request)
        if kept != every_word:
            self.run.annotate(kept, max_bits=request.max_bits)
        while kept:  # the loop ends early, unless a model made longer skeletons than the rules
            yield kept, False
            kept = kept[:-1]

    def cut(
        self, selected: list[str], request: SelectionRequest, subject: list[str], count: int
    ) -> list[str]:
        """Return the ``count`` most important of the selected words; no model is called.

        Fewer words are among those of more. Empty if the subject does not fit.
        """
        narrowed = replace(request, max_words=max(1, count), judge=None)
        if request.order == words.IMPORTANCE:
            kept = words.cut_to_limits(selected, narrowed)
            return kept if _has_words(kept, subject) else []
        with suppress(InputError):
            return words.arrange_by_importance(selected, narrowed)
        return []

    def _keep_subject(
        self, selected: list[str], subject: list[str], request: SelectionRequest
    ) -> list[str]:
        """Return ``selected`` with ``subject``, which takes the place of other words if needed."""
        if _has_words(selected, subject):
            return selected
        others = [word for word in selected if word not in subject]
        kept = subject
        with suppress(InputError):
            ranked = words.select_ranked([*subject, *others], request)
            if _has_words(ranked, subject):  # else a decoder would misread it among other words
                kept = ranked
        self.run.annotate(kept, subject=subject)
        return kept

    def select(self, writer: Writer, request: SelectionRequest) -> list[str]:
        """Return selected words; a writer without ``select_words`` only receives the limit k."""
        selected: object
        if has_method(writer, "select_words"):
            selector: Any = writer  # also a WordSelector, see above
            selected = self.run.run_stage("select", selector, WordSelector.select_words, request)
            with isolate(selector, "select", "returned an invalid selection"):
                if isinstance(selected, Selection):
                    details = {"judge": selected.judge, "strategy": selected.strategy}
                    self.run.annotate(selected.words, **details)
                    selected = selected.words
        else:
            limits = (request.description, request.max_words)
            selected = self.run.run_stage("select", writer, Writer.select, *limits)
            if request.order == words.IMPORTANCE:  # the writer's words are in reading order
                found = validation.check_words(selected, writer, "select")
                selected = words.arrange_by_importance(found, request)
                self.run.annotate(selected, order=request.order)
        return validation.check_words(selected, writer, "select")

    def shorten(self, words: list[str]) -> str:
        """Return the skeletons of ``words`` as a text."""
        validation.check_have_skeletons(words, self.writer)
        shortener = RuleBasedWriter() if self.skeletons == "rule" else self.writer
        short = self.run.run_stage("compress", shortener, Writer.compress, words)
        written = validation.check_words(short, shortener, "compress")
        skeletons = validation.check_skeletons(written, words, shortener)
        if skeletons != written:
            pairs = zip(written, skeletons, strict=True)
            slips = [f"{given}: {used}" for given, used in pairs if given != used]
            self.run.annotate(skeletons, slips=slips)
        return " ".join(skeletons)


def _has_words(selected: list[str], wanted: list[str]) -> bool:
    """Return whether each of the wanted words was selected, as singular or plural."""
    return all(any(same_lemma(word, other) for other in selected) for word in wanted)
