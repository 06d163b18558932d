"""A model for texts and images of transformers: chats in, texts out, greedy and one at a time.

With the number types of a GPU, sums are rounded in another order in a batch, so that a few answers
would differ from those of single calls.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends import activity
from semcodec.backends.local.components import convert_load_errors
from semcodec.backends.local.devices import import_torch
from semcodec.backends.local.templates import check_template
from semcodec.backends.local.weights import suppress_library_output
from semcodec.backends.prompting import ChatRequest, ChatResponse
from semcodec.imaging.fitting import described_size

if TYPE_CHECKING:
    from PIL.Image import Image

Message = dict[str, Any]

NO_ANSWER: Final = "-"  #: in place of an empty answer: some templates reject an empty message


class TextModel:
    """A loaded model; not for several threads at a time.

    Args:
        processor: of transformers; makes tokens of chats, and texts of tokens.
        model: of transformers; generates tokens.
        folder: where both were loaded from, for messages.
    """

    def __init__(self, processor: Any, model: Any, folder: Path) -> None:
        self._processor, self._model, self._folder = processor, model, folder

    def move(self, device: str) -> None:
        """Move the weights to a device."""
        self._model.to(device)

    def complete(self, request: ChatRequest, max_tokens: int, image_side: int) -> ChatResponse:
        """Return the response to a chat.

        Args:
            request: the chat.
            max_tokens: the most tokens of the answer.
            image_side: pixels of the longer side to which an image is reduced.

        Raises:
            BackendError: the chat template, the processor or the weights of the folder fail.
        """
        with suppress_library_output(), convert_load_errors(self._folder, "run"):
            chat = make_messages(request, image_side)
            check_template(lambda chat: self._render(chat, tokenize=False), chat, self._folder)
            inputs = self._render(chat, tokenize=True, return_dict=True, return_tensors="pt")
            inputs = inputs.to(self._model.device, dtype=self._model.dtype)
            with import_torch().inference_mode():
                output = self._model.generate(
                    **inputs, max_new_tokens=max_tokens, streamer=_TokenCounter(max_tokens)
                )
            answer = output[:, inputs["input_ids"].shape[1] :]
            [text] = self._processor.batch_decode(answer, skip_special_tokens=True)
        return ChatResponse(text, self._is_truncated(answer[0].tolist(), max_tokens))

    def _render(self, chat: list[Message], **options: Any) -> Any:
        return self._processor.apply_chat_template(
            [chat],
            add_generation_prompt=True,
            enable_thinking=False,  # templates without a thinking mode ignore it
            **options,
        )

    def _is_truncated(self, tokens: list[int], max_tokens: int) -> bool:
        """Return whether an answer has reached its limit without a token that ends it."""
        ends = self._model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        return len(tokens) >= max_tokens and not set(ends) & set(tokens)


class _TokenCounter:
    """A streamer of transformers that shows how many tokens there are.

    Python handles Ctrl-C between two tokens, so it also ends the answer there.
    """

    def __init__(self, max_tokens: int) -> None:
        self._max_tokens, self._count = max_tokens, -1  # the prompt comes first

    def put(self, value: object) -> None:
        """Count a token of each answer."""
        self._count += 1
        activity.show(f"token {self._count} of at most {self._max_tokens}")

    def end(self) -> None:
        """Do nothing at the end of an answer."""


def make_messages(request: ChatRequest, image_side: int) -> list[Message]:
    """Return the messages of a chat, as the chat templates of models with vision read them.

    No text in a request can contain a token that marks a role or an image: quotations escape the
    characters of such tokens (``prompting.prompts``).
    """
    content: list[dict[str, Any]] = [{"type": "text", "text": request.task}]
    if request.image is not None:
        content.insert(0, {"type": "image", "image": reduce_image(request.image, image_side)})
    messages = [
        {"role": "system", "content": [{"type": "text", "text": request.rules}]},
        {"role": "user", "content": content},
    ]
    if request.rejected is not None:
        answer, retry = request.rejected
        messages += [
            {"role": "assistant", "content": [{"type": "text", "text": answer or NO_ANSWER}]},
            {"role": "user", "content": [{"type": "text", "text": retry}]},
        ]
    return messages


def reduce_image(image: Image, side: int) -> Image:
    """Return a copy of ``image`` in RGB whose longer side has at most about ``side`` pixels."""
    reduced = image.convert("RGB")
    reduced.thumbnail(described_size(image.size, side))
    return reduced
