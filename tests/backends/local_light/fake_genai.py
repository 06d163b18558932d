"""Stand-ins for openvino and openvino_genai with the parts of their interface that are used.

They record the calls, and return what a test has prepared. ``test_openvino.py`` shows that the real
library has this interface.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

FinishReason = Enum("FinishReason", ["NONE", "STOP", "LENGTH"])
StreamingStatus = Enum("StreamingStatus", ["RUNNING", "CANCEL"])
OUT_OF_MEMORY = RuntimeError("Exception from src/core.cpp:1:\nstd::bad_alloc\n")


@dataclass
class Call:
    """A call of a pipeline.

    Attributes:
        pipeline: the name of its class.
        prompt: the text, or the messages of a chat.
        images: the shapes of the images.
        options: all other arguments.
    """

    pipeline: str
    prompt: Any
    images: list[tuple[int, ...]]
    options: dict[str, Any]


@dataclass
class FakeLibrary:
    """What happens in the library.

    Attributes:
        loads: the class, the folder and the device of each pipeline that was loaded.
        calls: in order.
        results: of the next calls: a text, an error, or a function of the call; then the default.
        load_errors: raised by the next loads.
    """

    loads: list[tuple[str, str, str]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    load_errors: list[Exception] = field(default_factory=list)
    schedulers: list[str] = field(default_factory=list)

    def load(self, *key: str) -> None:
        self.loads.append(key)  # type: ignore[arg-type]  # always three
        if self.load_errors:
            raise self.load_errors.pop(0)

    def next_result(self, call: Call, default: Any) -> Any:
        self.calls.append(call)
        result = self.results.pop(0) if self.results else default
        if isinstance(result, Exception):
            raise result
        return result(call) if callable(result) else result

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the stand-ins where the real packages would be."""
        openvino, genai = ModuleType("openvino"), ModuleType("openvino_genai")
        openvino.Tensor = lambda array: SimpleNamespace(data=array)  # type: ignore[attr-defined]
        for name, value in self._members().items():
            setattr(genai, name, value)
        monkeypatch.setitem(sys.modules, "openvino", openvino)
        monkeypatch.setitem(sys.modules, "openvino_genai", genai)

    def _members(self) -> dict[str, Any]:
        return {
            "__version__": "2026.4.1.0",
            "VLMPipeline": lambda folder, device: FakeText(self, folder, device),
            "Text2ImagePipeline": self._text_to_image,
            "Image2ImagePipeline": lambda folder, device: FakePainter(
                self, "Image2ImagePipeline", folder, device
            ),
            "Scheduler": SimpleNamespace(from_config=lambda path: path),
            "CppStdGenerator": lambda seed: ("generator", seed),
            "ChatHistory": FakeHistory,
            "StructuredOutputConfig": lambda json_schema: json_schema,
            "GenerationFinishReason": FinishReason,
            "StreamingStatus": StreamingStatus,
        }

    def _text_to_image(self, source: Any, device: str | None = None) -> FakePainter:
        if device is not None:
            return FakePainter(self, "Text2ImagePipeline", source, device)
        shared = FakePainter.__new__(FakePainter)
        shared.library, shared.name, shared.scheduler = self, "Text2ImagePipeline", None
        return shared


class FakeHistory(list[dict[str, str]]):
    """The messages of a chat."""

    context: dict[str, Any]

    def set_extra_context(self, context: dict[str, Any]) -> None:
        self.context = context


class FakeText:
    """A pipeline of texts; a result is the text, or a pair of it and the reason why it ended."""

    def __init__(self, library: FakeLibrary, folder: str, device: str) -> None:
        library.load("VLMPipeline", folder, device)
        self.library = library

    def get_generation_config(self) -> Any:
        return SimpleNamespace(do_sample=True, stop_token_ids={7}, repetition_penalty=1.05)

    def generate(
        self,
        history: FakeHistory,
        images: Any,
        generation_config: Any,
        streamer: Callable[..., Any],
    ) -> Any:
        options = {"config": generation_config, "streamer": streamer}
        shapes = [image.data.shape for image in images]
        result = self.library.next_result(Call("VLMPipeline", history, shapes, options), "a boat")
        text, reason = result if isinstance(result, tuple) else (result, FinishReason.STOP)
        metrics = SimpleNamespace(
            get_num_input_tokens=lambda: 12, get_num_generated_tokens=lambda: len(text.split())
        )
        return SimpleNamespace(texts=[text], finish_reasons=[reason], perf_metrics=metrics)


class FakePainter:
    """A pipeline of pictures; a result is an array."""

    def __init__(self, library: FakeLibrary, name: str, folder: str, device: str) -> None:
        library.load(name, folder, device)
        self.library, self.name, self.scheduler = library, name, str(Path(folder) / "scheduler")

    def set_scheduler(self, scheduler: str) -> None:
        self.scheduler = scheduler

    def generate(self, prompt: str, *images: Any, **options: Any) -> Any:
        assert self.scheduler, "The real library would end the process with a segmentation fault."
        shapes = [image.data.shape for image in images]
        shape = (1, options["height"], options["width"], 3)
        picture = np.full(shape, options["generator"][1] % 256, np.uint8)
        for step in range(options["num_inference_steps"]):
            if options["callback"](step, options["num_inference_steps"], None):
                picture = np.zeros((), np.uint8)
                break
        call = Call(self.name, prompt, shapes, options)
        return SimpleNamespace(data=self.library.next_result(call, picture))
