"""Run photographs through a batch server, as an engine does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

import semcodec
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.openai.batches import Batches, BatchStore
from semcodec.errors import PendingResponseError, SemcodecError
from tests.backends.openai.batches.batch_server import BatchServer
from tests.images import scene


class Run:
    """Photographs, and what has become of each.

    Attributes:
        records: the record of each photograph that is done.
        errors: the error of each that failed.
        rounds: how often the photographs that wait were run.
        notices: sentences for the user.
    """

    def __init__(
        self, folder: Path, server: BatchServer, photos: Sequence[Image.Image], **settings: Any
    ) -> None:
        self.store = BatchStore(folder / "responses.sqlite")
        options = {name: settings.pop(name) for name in OPTIONS if name in settings}
        self.encoding = settings.pop("encoding", {})
        self.backend = OpenAIBackend(batch_store=self.store, **settings)
        self.photos = list(photos)
        self.records: dict[int, bytes] = {}
        self.calls: dict[int, list[dict[str, Any]]] = {}
        self.errors: dict[int, SemcodecError] = {}
        self.rounds = 0
        self.notices: list[str] = []
        self.progress: list[str] = []
        self.batches = Batches(
            self.store,
            self.backend.settings,
            api=server.api(self.backend.settings),
            on_notice=self.notices.append,
            on_progress=lambda progress: self.progress.append(progress.describe()),
            **{"sleep": lambda _: None, **options},
        )

    def run_round(self) -> int:
        """Run all photographs that are not done, and return how many wait."""
        self.rounds += 1
        waiting = 0
        for number, photo in enumerate(self.photos):
            if number in self.records or number in self.errors:
                continue
            try:
                encoded = semcodec.encode(photo, backend=self.backend, **self.encoding)
            except PendingResponseError:
                waiting += 1
            except SemcodecError as error:
                self.errors[number] = error
            else:
                self.records[number] = encoded.data
                self.calls[number] = encoded.trace.calls
        return waiting

    def start(self) -> Run:
        """Run all rounds, and return this object."""
        self.batches.run_rounds(self.run_round)
        return self


OPTIONS = ("max_enqueued_tokens", "sleep", "clock")


def photographs(count: int) -> list[Image.Image]:
    """Return different small photographs."""
    found = []
    for number in range(count):
        photo = scene((64, 48))
        photo.putpixel((number % 64, number // 64), (number % 256, number // 256, 99))
        found.append(photo)
    return found


@cache
def live_record(number: int = 0, layers: tuple[str, ...] | str = "off", **settings: Any) -> bytes:
    """Return the record of a photograph with the same responses, each requested at once."""
    from tests.backends.openai.schema_check import CheckingServer

    photo = photographs(number + 1)[number]
    backend = CheckingServer().backend(**settings)
    return semcodec.encode(photo, backend=backend, layers=layers).data
