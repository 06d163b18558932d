"""A text model with vision in a converted folder, as the ``ChatModel`` of ``PromptBackend``."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from typing import Any, Final

from semcodec.backends import activity
from semcodec.backends.local_light import runtime
from semcodec.backends.local_light.converted import Converted
from semcodec.backends.local_light.loading import load_pipeline, no_memory
from semcodec.backends.local_light.runtime import Interruption, OutOfMemoryError
from semcodec.backends.local_light.settings import LightSettings
from semcodec.backends.local_light.store import STORE
from semcodec.backends.model_calls import note_license, note_retry
from semcodec.backends.notes import add_note
from semcodec.backends.prompting import ChatRequest, ChatResponse

#: Names of what a chat template may look up; templates that know no thinking ignore it.
TEMPLATE_CONTEXT: Final = {"enable_thinking": False}
PIPELINE: Final = "VLMPipeline"
MIN_SIDE: Final = 64  #: pixels, of an image that is made smaller for lack of memory
SMALLER: Final = 0.5  #: of both sides, where the memory is not enough


class LightTextModel:
    """A converted text model; it is loaded at the first request, and answers one at a time."""

    def __init__(self, converted: Converted, settings: LightSettings) -> None:
        self.converted, self._settings = converted, settings

    def complete(self, chat: ChatRequest) -> ChatResponse:
        """Return the answer to ``chat``: greedy, so that the same request has the same answer.

        Where the memory is not enough for the image, it is made smaller once.

        Raises:
            BackendError: the model cannot be loaded, or fails.
        """
        with STORE.lock, activity.showing(f"loading {self.converted.title}"):
            pipeline = self._load()
            try:
                return self._generate(pipeline, chat)
            except OutOfMemoryError as error:
                if chat.image is None or self._image_side <= MIN_SIDE:
                    raise no_memory(error, "text") from error
            STORE.reduce("text", SMALLER)
            shown = f"an image of {self._image_side} pixels"
            note_retry(chat.stage, f"with {shown}")
            try:
                return self._generate(pipeline, chat)
            except OutOfMemoryError as error:
                raise no_memory(error, "text") from error

    def discard(self, response: ChatResponse) -> None:
        """Do nothing: answers are not stored."""

    def seen_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the width and height in pixels at which an image of ``size`` is shown."""
        scale = min(1.0, self._image_side / max(size))
        return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))

    @property
    def _image_side(self) -> int:
        """Pixels of the longer side of an image that the model sees."""
        return max(MIN_SIDE, round(self._settings.image_side * STORE.scale.get("text", 1.0)))

    def _load(self) -> Any:
        """Return the pipeline, loaded at the first call."""
        genai = runtime.import_genai()
        folder, device = self.converted.folder, self._settings.device

        def load() -> dict[str, Any]:
            return {PIPELINE: getattr(genai, PIPELINE)(str(folder), device)}

        return load_pipeline(self.converted, device, PIPELINE, load)

    def _generate(self, pipeline: Any, chat: ChatRequest) -> ChatResponse:
        genai = runtime.import_genai()
        if chat.schema is not None and chat.schema_task:
            chat = replace(chat, task=f"{chat.task}\n\n{chat.schema_task}")
        images = []
        if chat.image is not None:
            images = [runtime.to_tensor(chat.image.resize(self.seen_size(chat.image.size)))]
        config = pipeline.get_generation_config()  # a copy: the ends of answers, and penalties
        config.do_sample = False
        config.max_new_tokens = self._settings.most_output
        if chat.schema is not None:
            schema = genai.StructuredOutputConfig(json_schema=json.dumps(chat.schema))
            config.structured_output_config = schema
        status = genai.StreamingStatus

        def generate(interruption: Interruption) -> Any:
            tokens = count(1)

            def stream(_: str) -> Any:
                activity.show(f"word {next(tokens)} of at most {self._settings.most_output}")
                return status.CANCEL if interruption.is_requested() else status.RUNNING

            return pipeline.generate(
                _make_history(genai, chat), images=images, generation_config=config, streamer=stream
            )

        result = runtime.call(generate, chat.stage, f"cannot {chat.stage}")
        self._note(result, chat)
        is_truncated = result.finish_reasons[:1] == [genai.GenerationFinishReason.LENGTH]
        return ChatResponse(str(result.texts[0]), is_truncated)

    def _note(self, result: Any, chat: ChatRequest) -> None:
        metrics = result.perf_metrics
        details = self.converted.details() | runtime.describe(self._settings.device)
        tokens = {
            "input_tokens": int(metrics.get_num_input_tokens()),
            "output_tokens": int(metrics.get_num_generated_tokens()),
        }
        add_note("models", {"stage": chat.stage, **details, **tokens})
        note_license(self.converted.model)


def _make_history(genai: Any, chat: ChatRequest) -> Any:
    """Return the messages of a request; a chat template writes the roles of the model."""
    messages = [("system", chat.rules), ("user", chat.task)]
    if chat.rejected is not None:
        messages += [("assistant", chat.rejected[0]), ("user", chat.rejected[1])]
    history = genai.ChatHistory()
    for role, content in messages:
        history.append({"role": role, "content": content})
    history.set_extra_context(TEMPLATE_CONTEXT)
    return history
