"""A text model with vision in a converted folder, as the ``ChatModel`` of ``PromptBackend``."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from typing import Any, Final

from semcodec.backends import activity
from semcodec.backends.local_light import runtime
from semcodec.backends.local_light.converted import ConvertedModel
from semcodec.backends.local_light.loading import (
    keep_scale,
    load_pipeline,
    out_of_memory_error,
    read_scale,
)
from semcodec.backends.local_light.runtime import Interruption, OutOfMemoryError
from semcodec.backends.local_light.settings import LightSettings
from semcodec.backends.local_light.store import STORE
from semcodec.backends.model_calls import note_license, note_retry
from semcodec.backends.notes import add_note
from semcodec.backends.prompting import ChatRequest, ChatResponse

#: Names of what a chat template may look up; templates without a thinking mode ignore it.
TEMPLATE_CONTEXT: Final = {"enable_thinking": False}
PIPELINE: Final = "VLMPipeline"
MIN_SIDE: Final = 64  #: pixels, of an image that is made smaller for lack of memory
RETRY_SCALE: Final = 0.5  #: of both sides, where the memory is not enough


class LightTextModel:
    """A converted text model; it is loaded at the first request, and answers one at a time."""

    def __init__(self, converted: ConvertedModel, settings: LightSettings) -> None:
        self.converted, self._settings = converted, settings

    def complete(self, chat: ChatRequest) -> ChatResponse:
        """Return the answer to ``chat``: greedy, so that the same request has the same answer.

        Where the memory is not enough for the image, it is made smaller once; if that succeeds,
        later images of the run have that size.

        Raises:
            BackendError: the model cannot be loaded, or fails.
        """
        with STORE.lock, activity.showing(f"loading {self.converted.title}"):
            pipeline, side = self._load(), self._image_side(read_scale(self.converted))
            try:
                return self._generate(pipeline, chat, side)
            except OutOfMemoryError as error:
                if chat.image is None or side <= MIN_SIDE:
                    raise out_of_memory_error(error, "text") from error
            side = self._image_side(read_scale(self.converted) * RETRY_SCALE)
            note_retry(chat.stage, f"with an image of {side} pixels")
            try:
                response = self._generate(pipeline, chat, side)
            except OutOfMemoryError as error:
                raise out_of_memory_error(error, "text", can_shrink=side > MIN_SIDE) from error
            keep_scale(self.converted, RETRY_SCALE)
            return response

    def discard(self, response: ChatResponse) -> None:
        """Do nothing: answers are not stored."""

    def seen_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the width and height in pixels at which an image of ``size`` is shown."""
        return _fit(size, self._image_side(read_scale(self.converted)))

    def _image_side(self, scale: float) -> int:
        """Return the pixels of the longer side of an image at a share of the setting."""
        return max(MIN_SIDE, round(self._settings.image_side * scale))

    def _load(self) -> Any:
        """Return the pipeline, loaded at the first call."""
        genai = runtime.import_genai()
        folder, device = self.converted.folder, self._settings.device

        def load() -> dict[str, Any]:
            return {PIPELINE: getattr(genai, PIPELINE)(str(folder), device)}

        return load_pipeline(self.converted, device, PIPELINE, load)

    def _generate(self, pipeline: Any, chat: ChatRequest, side: int) -> ChatResponse:
        genai = runtime.import_genai()
        if chat.schema is not None and chat.schema_task:
            chat = replace(chat, task=f"{chat.task}\n\n{chat.schema_task}")
        images = []
        if chat.image is not None:
            images = [runtime.to_tensor(chat.image.resize(_fit(chat.image.size, side)))]
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
                activity.show(f"token {next(tokens)} of at most {self._settings.most_output}")
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


def _fit(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return ``size`` with its longer side reduced to ``side``, if it is longer."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


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
