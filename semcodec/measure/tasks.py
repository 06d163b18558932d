"""What a measurement is asked for, and what it returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from semcodec.measure.columns import Features
from semcodec.measure.results import Metric, Photograph, Setting

DEFAULT_PAINT_SIZE: Final = 512  #: the longer side of pictures in pixels


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured, and how.

    Attributes:
        settings: the settings.
        paint_size: the longer side of the pictures in pixels; 0 paints none.
        identities: by role, all that decides what its backend returns, as JSON values.
        keeps_originals: whether a copy of each photograph is written.
        is_dry_run: whether the backends only collect requests: then each picture is requested, and
            nothing is written.
    """

    settings: Sequence[Setting]
    paint_size: int
    identities: Mapping[str, Any]
    keeps_originals: bool = True
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A photograph to be measured.

    Attributes:
        name: its name in the results.
        data: the bytes of its file.
        folder: the folder of its files.
        path: that folder in the names of files of the results.
        description: a description made by another tool; None to describe it.
    """

    name: str
    data: bytes
    folder: Path
    path: str
    description: str | None = None


@dataclass(slots=True)
class Measured:
    """The result of a task.

    Attributes:
        photograph: the results.
        models: the names of the models that made them, by role.
        metrics: the metrics that were computed.
        skipped: the columns that are absent, and why.
        photograph_features: of the photograph, by image model.
        picture_features: of its pictures, by setting.
        calls: the requests to servers that were made for it now.
        notices: sentences for the user, each once.
    """

    photograph: Photograph
    models: dict[str, str]
    metrics: list[Metric] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    photograph_features: Features = field(default_factory=dict)
    picture_features: dict[str, Features] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
