"""A describer, writer, checker and locator based on a text model and prompts.

Every response is validated. If it has a problem, the model gets one second attempt, with the
problem in the prompt. Whatever is still unusable is then replaced by the result of the library's
own rules, or raises an error. The trace lists retries and replacements as repairs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from semcodec import words as rules
from semcodec.backends.guides import Box
from semcodec.backends.notes import NOTICES, add_note
from semcodec.backends.prompting import (
    answers,
    located_boxes,
    parsing,
    statements,
    validation,
)
from semcodec.backends.prompting.box_labels import MAX_LABEL
from semcodec.backends.prompting.chat import (
    ChatModel,
    ChatRequest,
    ChatResponse,
    object_schema,
)
from semcodec.backends.prompting.data_limits import (
    MAX_COMPARED_TOKENS,
    MAX_LOCATED_TOKENS,
    MAX_PROBLEM,
    cut_data,
)
from semcodec.backends.prompting.probe import Probe, schema_properties
from semcodec.backends.prompting.prompts import Prompts, strip_control_tokens
from semcodec.backends.prompting.validation import Validated
from semcodec.backends.protocols import Answer
from semcodec.backends.recording.budget import max_tokens
from semcodec.backends.rule_based import RuleBasedWriter
from semcodec.choices import Coding
from semcodec.errors import BackendError, InvalidResponseError, RefusalError
from semcodec.words import Selection, SelectionRequest
from semcodec.words.language import detect
from semcodec.words.predicates import Predicate

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")
#: A text of the usual length of a description, for cost estimates and dry runs.
TYPICAL_DESCRIPTION: Final = (
    "A large brown dog lies in the center of a small wooden boat on calm blue water. "
    "Behind it stands a medium white house with a red roof, left of two huge green trees. "
) * 6
MAX_LOCATED: Final = 64  #: words in one request, as many as a layout can refer to
MAX_REPEATED: Final = 2_000  #: characters of a rejected answer that the retry sends back
MAX_EXPECTED: Final = 2_000  #: characters of a prompt that are expected in the answer to ``expand``
MAX_BYTES_PER_CHARACTER: Final = 4  #: of UTF-8


class PromptBackend:
    """Describes, writes, checks and locates with a chat model.

    It has no state of a run, so threads may share it.

    Attributes:
        name: identifies the backend in traces and messages.
    """

    name = "prompted"

    def __init__(self, chat: ChatModel, prompts: Prompts) -> None:
        self._chat, self._prompts = chat, prompts
        self._rules = RuleBasedWriter()

    @property
    def chat_model(self) -> ChatModel:
        """The chat model, for prompts of another program."""
        return self._chat

    def describe(self, image: Image) -> str:
        """Return a description of ``image``, in English unless the model answers twice in another.

        Raises:
            RefusalError: the model declined twice.
            InvalidResponseError: neither of its two answers is a description, for example
                because the model did not see the image.
        """
        return self._describe(image, validation.check_english_description)

    def describe_in_any_language(self, image: Image) -> str:
        """Return the same, but the first description in any language."""
        return self._describe(image, validation.check_description)

    def _describe(
        self, image: Image, check: Callable[[ChatResponse, Probe | None], Validated[str]]
    ) -> str:
        chat = self._request("describe", image=image, expected_answer=TYPICAL_DESCRIPTION)
        if not self._prompts.probe:
            return cut_data(self._ask_with_retry(chat, lambda response: check(response, None)))
        probe = Probe.measure(image)
        expected = {"description": TYPICAL_DESCRIPTION, **probe.typical_answers()}
        chat = replace(
            chat,
            schema=object_schema({"description": {"type": "string"}, **schema_properties()}),
            schema_task=self._prompts.probe,
            expected_answer=json.dumps(expected),
        )
        return cut_data(self._ask_with_retry(chat, lambda response: check(response, probe)))

    def select(self, description: str, k: int) -> list[str]:
        """Return at most ``k`` words of ``description``, in reading order."""
        request = SelectionRequest(description, k, None, rules.make_channel("utf8"))
        return rules.select_ranked(self._rank_words(description, k), request)

    def select_words(self, request: SelectionRequest) -> Selection:
        """Return the most important words that can be coded within the limits.

        The model itself ranks the words; ``request.judge`` is not used.
        """
        ranked = self._rank_words(request.description, request.max_words)
        return Selection(rules.select_ranked(ranked, request), "model", self.name)

    def compress(self, words: Sequence[str]) -> list[str]:
        """Return a skeleton for each word; it may be shorter than the skeleton by the rules."""
        by_rule = self._rules.compress(words)
        chat = self._request(
            "compress",
            schema=_list_schema("skeletons"),
            expected_answer=json.dumps(by_rule),
            data=" ".join(words),
        )
        return self._ask_with_retry(
            chat,
            lambda response: validation.check_skeletons(response, by_rule),
            fallback=lambda: by_rule,
        )

    def decompress(self, skeletons: Sequence[str]) -> list[str]:
        """Return a word for each skeleton; the rules restore those that the model cannot."""
        by_rule = self._rules.decompress(skeletons)
        chat = self._request(
            "decompress",
            schema=_list_schema("words"),
            expected_answer=json.dumps(by_rule),
            data=" ".join(skeletons),
        )
        words = self._ask_with_retry(
            chat,
            lambda response: validation.check_words(response, skeletons),
            fallback=lambda: [""] * len(by_rule),
        )
        return [word or rule for word, rule in zip(words, by_rule, strict=True)]

    def expand(self, words: Sequence[str]) -> str:
        """Return a description that contains ``words``, as the prompt for a painter."""
        by_rule = self._rules.expand(words)
        expected_answer = f"{TYPICAL_DESCRIPTION[:500]} {by_rule[:MAX_EXPECTED]}"
        chat = self._request("expand", expected_answer=expected_answer, data=cut_data(by_rule))
        return self._ask_with_retry(
            chat,
            lambda response: validation.check_prompt(response, words),
            fallback=lambda: by_rule,
        )

    def compare(self, a: str, b: str) -> str:
        """Return the most important change that makes ``a`` more like ``b``; empty if none."""
        now, wanted = (cut_data(text, MAX_COMPARED_TOKENS) for text in (a, b))
        data = json.dumps({"now": now, "wanted": wanted}, ensure_ascii=False)
        expected_answer = "make the roof of the house red"
        chat = self._request("compare", expected_answer=expected_answer, data=data)
        return self._ask_with_retry(
            chat,
            lambda response: validation.check_edit(response, b),
            fallback=lambda: self._rules.compare(a, b),
        )

    def check(self, image: Image, predicates: Sequence[Predicate]) -> list[Answer]:
        """Return whether each of ``predicates`` holds in ``image``, by one request for all.

        Only the first ``statements.MAX_STATEMENTS`` are asked about; the others, and those without
        a usable answer, are ``"unsure"``.
        """
        stated = statements.state(predicates[: statements.MAX_STATEMENTS])
        if not stated:
            return []
        chat = self._request(
            "check",
            image,
            schema=object_schema(statements.schema_properties(len(stated))),
            expected_answer=statements.typical_answer(len(stated)),
            data=cut_data(statements.number_lines(stated)),
        )
        unsure: list[Answer] = ["unsure"] * len(predicates)
        answered = self._ask_with_retry(
            chat,
            lambda response: validation.check_answers(response, stated),
            fallback=lambda: unsure[: len(stated)],
        )
        if skipped := unsure[len(stated) :]:
            add_note("repairs", f"check: {len(skipped)} statements were not asked about")
        return [*answered, *skipped]

    def locate(self, image: Image, words: Sequence[str]) -> list[list[Box]]:
        """Return the boxes of the things in ``image`` that each of ``words`` names.

        Most words name none. Only the first ``MAX_LOCATED`` are asked about, in one request. If a
        word occurs several times, its boxes are shared out among the occurrences.

        Raises:
            RefusalError: the model declined twice.
            InvalidResponseError: neither of its two answers has a usable box or states that there
                is none, for example because the model did not see the image.
        """
        asked = [" ".join(word.split())[:MAX_LABEL] for word in words[:MAX_LOCATED]]
        others = [list[Box]() for _ in words[MAX_LOCATED:]]
        if not any(asked):
            return [*([] for _ in asked), *others]
        chat = self._request(
            "locate",
            image,
            schema=object_schema(located_boxes.schema_properties()),
            expected_answer=located_boxes.typical_answer(asked),
            data=cut_data("\n".join(asked), MAX_LOCATED_TOKENS),
        )
        size = self.seen_size(image)
        located = self._ask_with_retry(
            chat, lambda response: validation.check_boxes(response, asked, size)
        )
        return [*located, *others]

    def seen_size(self, image: Image) -> tuple[int, int]:
        """Return the width and height in pixels at which the model sees ``image``."""
        return image.size

    def _rank_words(self, description: str, k: int) -> list[str]:
        """Return at most ``k`` words, the most important first.

        If the model selects too few, the words that the rules select are appended.
        """
        coding: Coding = "lexicon" if detect(description).is_english else "utf8"
        by_rule = rules.select(description, k, coding=coding)
        chat = self._request(
            "select",
            schema=_list_schema("words"),
            expected_answer=json.dumps(by_rule),
            data=description,
            k=str(k),
        )
        selected = self._ask_with_retry(
            chat,
            lambda response: validation.check_selection(response, description, k, by_rule),
            fallback=list,
        )
        if 100 * len(selected) >= (100 - validation.MISSING_PERCENT) * len(by_rule):
            return selected[:k]
        return list(dict.fromkeys([*selected, *by_rule]))[:k]

    def _request(
        self,
        stage: str,
        image: Image | None = None,
        schema: Mapping[str, Any] | None = None,
        expected_answer: str = "",
        **values: str,
    ) -> ChatRequest:
        """Return the request of a stage: its prompts, with ``values`` for their placeholders."""
        task = self._prompts.task(stage, **values)
        system_prompt = self._prompts.rules(stage, quoting="data" in values)
        return ChatRequest(stage, system_prompt, task, image, schema, expected_answer)

    def _ask_with_retry(
        self,
        chat: ChatRequest,
        check: Callable[[ChatResponse], Validated[T]],
        fallback: Callable[[], T] | None = None,
    ) -> T:
        """Return the validated answer of the first or second attempt, or the fallback.

        In order of preference: a first answer without problems, the usable part of the second
        answer, the usable part of the first, ``fallback()``. A third attempt is never made, because
        each attempt costs money.

        Raises:
            RefusalError, InvalidResponseError: nothing is usable, and no fallback is given.
        """
        response = self._chat.complete(chat)
        try:
            first = check(response)
        except KeyboardInterrupt as error:  # this takes time, and the answer is paid for
            error.output = check(response).value  # type: ignore[attr-defined]
            raise
        if not first.problem and first.value is not None:
            self._note_repair(chat, first)
            return first.value
        if first.value is None and parsing.has_unfinished_thoughts(*_content(response)):
            return self._without_answer(chat, response, fallback)
        add_note("repairs", f"{chat.stage}: requested again ({first.problem})")
        has_alternative = first.value is not None or fallback is not None
        retry = self._retry_request(chat, response, first.problem)
        second_response, second = self._retry(retry, check, has_alternative)
        used = first if second.value is None else second
        value = used.value
        self._note_repair(chat, used)
        if second.problem:
            extent = "partly used" if value is not None else "not used"
            add_note("repairs", f"{chat.stage}: {extent} ({second.problem})")
        if value is not None:
            return value
        if fallback is not None:
            return fallback()
        self._chat.discard(response)
        self._chat.discard(second_response)
        raise self._error(chat.stage, second, second_response)

    def _without_answer(
        self, chat: ChatRequest, response: ChatResponse, fallback: Callable[[], T] | None
    ) -> T:
        """Return the fallback for an answer that was cut off in the thoughts of the model.

        A second request would have the same limit, and cost as much.

        Raises:
            InvalidResponseError: no fallback is given.
        """
        if fallback is not None:
            add_note("repairs", f"{chat.stage}: not used (its thoughts reached the limit)")
            return fallback()
        self._chat.discard(response)
        raise self._error(chat.stage, Validated(None, "truncated"), response)

    def thinking_advice(self, is_truncated: bool) -> str:
        """Return what to do if the answer of the model consists of thoughts.

        Args:
            is_truncated: whether they reached the limit of the answer.
        """
        return "use another model"

    def _note_repair(self, chat: ChatRequest, result: Validated[Any]) -> None:
        if result.repair:
            add_note("repairs", f"{chat.stage}: {result.repair}")
        if result.notice:
            add_note(NOTICES, result.notice)

    @property
    def max_retry_tokens(self) -> int:
        """The most tokens that a second request has besides the first; for dry runs."""
        characters = MAX_REPEATED + MAX_PROBLEM
        return max_tokens(self._prompts.retry_prompt("")) + MAX_BYTES_PER_CHARACTER * characters

    def _retry_request(
        self, chat: ChatRequest, response: ChatResponse, problem: str
    ) -> ChatRequest:
        answer = parsing.strip_wrappers(response.text)[:MAX_REPEATED]
        retry_prompt = self._prompts.retry_prompt(problem[:MAX_PROBLEM])
        return replace(chat, rejected=(strip_control_tokens(answer), retry_prompt))

    def _retry(
        self,
        chat: ChatRequest,
        check: Callable[[ChatResponse], Validated[T]],
        has_alternative: bool,
    ) -> tuple[ChatResponse, Validated[T]]:
        """Return the second response; if there is an alternative, a failure is only noted."""
        try:
            response = self._chat.complete(chat)
        except BackendError as error:
            if not has_alternative:
                raise
            return ChatResponse(""), Validated(None, f"second request failed: {error}")
        return response, check(response)

    def _error(
        self, stage: str, result: Validated[Any], response: ChatResponse
    ) -> InvalidResponseError | RefusalError:
        if result.is_refusal:
            message = f"The backend {self.name} refused '{stage}': use another image or model."
            return RefusalError(message, backend=self.name, stage=stage)
        if result.is_blind:
            text, _ = parsing.description_fields(parsing.strip_wrappers(response.text))
            message = answers.format_blind_error(self.name, text)
            return InvalidResponseError(message, backend=self.name, stage=stage)
        if parsing.has_only_thoughts(*_content(response)):
            is_cut = parsing.has_unfinished_thoughts(*_content(response))
            message = (
                f"The answer of the backend {self.name} to '{stage}' "
                f"{'was cut off in' if is_cut else 'consists of'} the thoughts of the model: "
                f"{self.thinking_advice(is_cut)}."
            )
            return InvalidResponseError(message, backend=self.name, stage=stage)
        message = (
            f"The backend {self.name} returned an unusable answer to '{stage}' twice "
            f"({result.problem}): use another model."
        )
        return InvalidResponseError(message, backend=self.name, stage=stage, retryable=True)


def _content(response: ChatResponse) -> tuple[str, bool]:
    return response.text, response.is_truncated


def _list_schema(name: str) -> dict[str, Any]:
    """Return the JSON schema of an object whose only field, ``name``, is a list of strings."""
    return object_schema({name: {"type": "array", "items": {"type": "string"}}})
