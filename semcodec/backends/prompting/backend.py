"""A model that is asked in words fills the places of describer and writer.

Every answer is checked. One with a fault is asked for once more, with the fault named; then the
library's own rules take over what is still wrong, or an error says what is. The trace notes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from semcodec import words as rules
from semcodec.backends.notes import add_note
from semcodec.backends.prompting import parsing, validation
from semcodec.backends.prompting.chat import ChatModel, ChatRequest, ChatResponse
from semcodec.backends.prompting.prompts import Prompts, without_marks
from semcodec.backends.prompting.validation import Checked
from semcodec.backends.rule_based import RuleBasedWriter
from semcodec.errors import BackendError, InvalidResponseError, RefusalError
from semcodec.words import Selection, SelectionRequest
from semcodec.words.tokenizer import MAX_TEXT

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")
#: About what a model says of a picture; it estimates what asking costs.
LIKELY_DESCRIPTION: Final = (
    "A large brown dog lies in the center of a small wooden boat on calm blue water. "
    "Behind it stands a medium white house with a red roof, left of two huge green trees. "
) * 6
MAX_REPEATED: Final = 2_000  #: characters of an answer that the model is shown again


class PromptBackend:
    """Describes and writes by asking ``chat`` what the ``prompts`` say.

    It holds nothing of a run, so that threads can share it.

    Attributes:
        name: what the trace calls it.
    """

    name = "prompted"

    def __init__(self, chat: ChatModel, prompts: Prompts) -> None:
        self._chat, self._prompts = chat, prompts
        self._rules = RuleBasedWriter()

    def describe(self, image: Image) -> str:
        """Return a description of ``image``.

        Raises:
            Refused: the model declined, twice.
            BadAnswer: it said nothing, twice.
        """
        question = self._question("describe", image=image, likely=LIKELY_DESCRIPTION)
        return self._answered(question, validation.description)[:MAX_TEXT]

    def select(self, description: str, k: int) -> list[str]:
        """Return at most ``k`` words of ``description``, in reading order."""
        request = SelectionRequest(description, k, None, rules.make_channel("utf8"))
        return rules.select_ranked(self._ranked(description, k), request)

    def select_words(self, request: SelectionRequest) -> Selection:
        """Return the most important words that the coding carries within the limits.

        The model itself decides what is important; ``request.judge`` is not used.
        """
        ranked = self._ranked(request.description, request.max_words)
        return Selection(rules.select_ranked(ranked, request), "model", self.name)

    def compress(self, words: Sequence[str]) -> list[str]:
        """Return a skeleton for each word, which may be shorter than that of the rule."""
        ours = self._rules.compress(words)
        question = self._question(
            "compress", shape=_list_of("skeletons"), likely=json.dumps(ours), data=" ".join(words)
        )
        return self._answered(question, lambda said: validation.shortened(said, ours), lambda: ours)

    def decompress(self, skeletons: Sequence[str]) -> list[str]:
        """Return a word for each skeleton; those that the model misses are the rules' own."""
        ours = self._rules.decompress(skeletons)
        question = self._question(
            "decompress", shape=_list_of("words"), likely=json.dumps(ours), data=" ".join(skeletons)
        )
        said = self._answered(
            question, lambda said: validation.restored(said, skeletons), lambda: [""] * len(ours)
        )
        return [word or rule for word, rule in zip(said, ours, strict=True)]

    def expand(self, words: Sequence[str]) -> str:
        """Return the description that a painter follows."""
        ours = self._rules.expand(words)
        question = self._question("expand", likely=f"{LIKELY_DESCRIPTION[:500]} {ours}", data=ours)
        return self._answered(question, lambda said: validation.prompt(said, words), lambda: ours)

    def compare(self, a: str, b: str) -> str:
        """Return the most important change that makes ``a`` more like ``b``; empty if none is."""
        data = json.dumps({"now": a, "wanted": b}, ensure_ascii=False)
        question = self._question("compare", likely="make the roof of the house red", data=data)
        return self._answered(question, validation.change, lambda: self._rules.compare(a, b))

    def _ranked(self, description: str, k: int) -> list[str]:
        """Return at most ``k`` words, the most important first."""
        ours = rules.select(description, k)
        question = self._question(
            "select", shape=_list_of("words"), likely=json.dumps(ours), data=description, k=str(k)
        )
        said = self._answered(
            question, lambda said: validation.chosen(said, description, k, len(ours)), list
        )
        if 100 * len(said) >= (100 - validation.MISSING) * len(ours):
            return said[:k]
        return list(dict.fromkeys([*said, *ours]))[:k]

    def _question(
        self,
        stage: str,
        image: Image | None = None,
        shape: Mapping[str, Any] | None = None,
        likely: str = "",
        **values: str,
    ) -> ChatRequest:
        task = self._prompts.task(stage, **values)
        rules_ = self._prompts.rules(stage, quoting="data" in values)
        return ChatRequest(stage, rules_, task, image, shape, likely)

    def _answered(
        self,
        question: ChatRequest,
        check: Callable[[ChatResponse], Checked[T]],
        instead: Callable[[], T] | None = None,
    ) -> T:
        """Return what a question comes to: asked, asked once more, then repaired or given up."""
        answer = self._chat.ask(question)
        first = check(answer)
        if not first.fault and first.value is not None:
            return first.value
        add_note("repairs", f"{question.stage}: asked again, for {first.fault}")
        usable = first.value is not None or instead is not None
        again = self._again(question, answer, first.fault)
        second_answer, second = self._asked_again(again, check, usable)
        value = first.value if second.value is None else second.value
        if second.fault:
            taken = "taken as far as it was right" if value is not None else "not taken"
            add_note("repairs", f"{question.stage}: {taken}, for {second.fault}")
        if value is not None:
            return value
        if instead is not None:
            return instead()
        self._chat.discard(answer)
        self._chat.discard(second_answer)
        raise self._fault(question.stage, second)

    def _again(self, question: ChatRequest, answer: ChatResponse, fault: str) -> ChatRequest:
        said = without_marks(parsing.prose(answer.text)[:MAX_REPEATED])
        return replace(question, earlier=(said, self._prompts.again(fault)))

    def _asked_again(
        self, question: ChatRequest, check: Callable[[ChatResponse], Checked[T]], usable: bool
    ) -> tuple[ChatResponse, Checked[T]]:
        """Return the second answer; if it does not come, what is ``usable`` must do."""
        try:
            answer = self._chat.ask(question)
        except BackendError as error:
            if not usable:
                raise
            return ChatResponse(""), Checked(None, f"no second answer: {error}")
        return answer, check(answer)

    def _fault(self, stage: str, checked: Checked[Any]) -> InvalidResponseError | RefusalError:
        if checked.declined:
            message = f"The backend {self.name} declines to {stage}: use another image or model."
            return RefusalError(message, backend=self.name, stage=stage)
        message = (
            f"The backend {self.name} was asked twice to {stage}, and its answer cannot be used, "
            f"for {checked.fault}: try another model."
        )
        return InvalidResponseError(message, backend=self.name, stage=stage, retryable=True)


def _list_of(name: str) -> dict[str, Any]:
    """Return the schema of an object with one list of strings."""
    return {
        "type": "object",
        "properties": {name: {"type": "array", "items": {"type": "string"}}},
        "required": [name],
        "additionalProperties": False,
    }
